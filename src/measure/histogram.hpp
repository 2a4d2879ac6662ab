// Histogram: log-linear counts of durations, 128 linear buckets an octave, merged exactly.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace pmembench {

// HDR layout (G. Tene): values below 256 are exact; above, a bucket is at most 1/128 of its value
// wide, so a value is known within 0.39 % by the bucket's middle. Values from 2^36 on are counted
// in the last bucket and in overflow(). The unit is the caller's (the runner records TSC ticks and
// converts when it reports). One thread records; merging needs both idle. record() does not
// allocate and has no division.
class Histogram {
 public:
  static constexpr unsigned kSubBucketBits = 7;
  static constexpr unsigned kMaximumBits = 36;
  Histogram();
  void record(std::uint64_t value) { ++counts_[index_of(value)]; }
  void record_many(std::uint64_t value, std::uint64_t times) { counts_[index_of(value)] += times; }
  void merge(const Histogram& other);
  void clear();
  [[nodiscard]] std::uint64_t count() const;
  [[nodiscard]] std::uint64_t overflow() const;
  [[nodiscard]] double mean() const;            // of bucket middles; 0 when empty
  [[nodiscard]] std::uint64_t minimum() const;  // of the first bucket in use; 0 when empty
  [[nodiscard]] std::uint64_t maximum() const;  // top of the last bucket in use; 0 when empty
  // The middle of the bucket that holds the smallest value with at least share * count() at or
  // below it; share in (0, 1].
  [[nodiscard]] double quantile(double share) const;
  // Non-empty buckets as (index, count), and back: how it is stored. Refuses an index out of range.
  [[nodiscard]] std::vector<std::pair<std::uint32_t, std::uint64_t>> sparse() const;
  static Result<Histogram> from_sparse(
      const std::vector<std::pair<std::uint32_t, std::uint64_t>>& buckets);
  [[nodiscard]] static std::uint64_t bucket_low(std::uint32_t index);
  [[nodiscard]] static std::uint64_t bucket_high(std::uint32_t index);  // inclusive

  [[nodiscard]] static std::uint32_t index_of(std::uint64_t value);

 private:
  std::vector<std::uint64_t> counts_;
};

// May a quantile be printed: n (1 - q) >= 10 (docs/methodology.md). q in (0, 1).
[[nodiscard]] bool quantile_is_supported(std::uint64_t n, double q);

}  // namespace pmembench
