// Histogram: log-linear counts of durations, 128 linear buckets an octave, merged exactly.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace pmembench {

// HDR layout (G. Tene): values below 256 are exact; above, a bucket is at most 1/128 of its value
// wide, so a value is known within 0.39 % by the bucket's middle. Values from 2^36 on are counted
// in one last bucket, which knows them only from below and stands for 2^36. The unit is the
// caller's (the runner records TSC ticks and converts when it reports). One thread records; merging
// needs both idle. record() does not allocate and has no division.
class Histogram {
 public:
  static constexpr unsigned kSubBucketBits = 7;
  static constexpr unsigned kMaximumBits = 36;
  // The layout's buckets up to 2^36 and the one for all beyond: 30 KiB of counts.
  static constexpr std::uint32_t kBucketCount =
      ((kMaximumBits - kSubBucketBits) << kSubBucketBits) + (1U << kSubBucketBits) + 1;

  Histogram();
  void record(std::uint64_t value) { ++counts_[index_of(value)]; }
  void record_many(std::uint64_t value, std::uint64_t times) { counts_[index_of(value)] += times; }
  void merge(const Histogram& other);
  void clear();
  [[nodiscard]] std::uint64_t count() const;
  [[nodiscard]] std::uint64_t overflow() const;  // of values from 2^36 on
  [[nodiscard]] double mean() const;             // of bucket middles; 0 when empty
  [[nodiscard]] std::uint64_t minimum() const;   // of the first bucket in use; 0 when empty
  [[nodiscard]] std::uint64_t maximum() const;   // top of the last bucket in use; 0 when empty
  // The middle of the bucket that holds the smallest value with at least share * count() at or
  // below it; share in (0, 1]; 0 when empty.
  [[nodiscard]] double quantile(double share) const;
  // Non-empty buckets as (index, count), and back: how it is stored. Refuses
  // an index out of range (runtime: what was stored is damaged).
  [[nodiscard]] std::vector<std::pair<std::uint32_t, std::uint64_t>> sparse() const;
  static Result<Histogram> from_sparse(
      const std::vector<std::pair<std::uint32_t, std::uint64_t>>& buckets);
  [[nodiscard]] static std::uint64_t bucket_low(std::uint32_t index);
  [[nodiscard]] static std::uint64_t bucket_high(std::uint32_t index);  // inclusive

  // Branch-free: the octave from the highest set bit, then the next seven bits.
  [[nodiscard]] static std::uint32_t index_of(std::uint64_t value) {
    constexpr std::uint64_t kFirstBeyond = std::uint64_t{1} << kMaximumBits;
    constexpr std::uint64_t kSubBuckets = std::uint64_t{1} << kSubBucketBits;
    const std::uint64_t known = std::min(value, kFirstBeyond);
    // Values below 256 share the first octave's width of one, so they index themselves.
    const auto shift =
        static_cast<unsigned>(std::bit_width(known | kSubBuckets)) - kSubBucketBits - 1;
    return (shift << kSubBucketBits) + static_cast<std::uint32_t>(known >> shift);
  }

 private:
  std::vector<std::uint64_t> counts_;
};

// May a quantile be printed: n (1 - q) >= 10 (docs/methodology.md). q in (0, 1).
[[nodiscard]] bool quantile_is_supported(std::uint64_t n, double q);

}  // namespace pmembench
