#include "measure/histogram.hpp"

#include <cmath>
#include <limits>
#include <numeric>

namespace pmembench {
namespace {

constexpr std::uint32_t kBeyond = Histogram::kBucketCount - 1;
constexpr std::uint32_t kSubBuckets = 1U << Histogram::kSubBucketBits;

// By how many bits the values of a bucket were shifted; its width is two to that power.
unsigned shift_of(std::uint32_t index) {
  return index < 2 * kSubBuckets ? 0 : (index >> Histogram::kSubBucketBits) - 1;
}

double middle_of(std::uint32_t index) {
  return (static_cast<double>(Histogram::bucket_low(index)) +
          static_cast<double>(Histogram::bucket_high(index))) /
         2;
}

}  // namespace

Histogram::Histogram() : counts_(kBucketCount, 0) {}

void Histogram::merge(const Histogram& other) {
  for (std::uint32_t index = 0; index < kBucketCount; ++index) {
    counts_[index] += other.counts_[index];
  }
}

void Histogram::clear() { std::fill(counts_.begin(), counts_.end(), 0); }

std::uint64_t Histogram::count() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

std::uint64_t Histogram::overflow() const { return counts_[kBeyond]; }

double Histogram::mean() const {
  const std::uint64_t total = count();
  if (total == 0) return 0;
  double sum = 0;
  for (std::uint32_t index = 0; index < kBucketCount; ++index) {
    if (counts_[index] != 0) sum += middle_of(index) * static_cast<double>(counts_[index]);
  }
  return sum / static_cast<double>(total);
}

std::uint64_t Histogram::minimum() const {
  for (std::uint32_t index = 0; index < kBucketCount; ++index) {
    if (counts_[index] != 0) return bucket_low(index);
  }
  return 0;
}

std::uint64_t Histogram::maximum() const {
  for (std::uint32_t index = kBucketCount; index-- > 0;) {
    if (counts_[index] != 0) return bucket_high(index);
  }
  return 0;
}

double Histogram::quantile(double share) const {
  PMB_CHECK(share > 0 && share <= 1, "a quantile's share is in (0, 1]");
  const std::uint64_t total = count();
  if (total == 0) return 0;
  // 0.07 * 100 is 7.000000000000001: without the slack its rank would be one too high.
  constexpr double kSlack = 4 * std::numeric_limits<double>::epsilon();
  const double rank = std::ceil(share * static_cast<double>(total) * (1 - kSlack));
  const auto wanted = std::clamp(static_cast<std::uint64_t>(rank), std::uint64_t{1}, total);
  std::uint64_t seen = 0;
  for (std::uint32_t index = 0; index < kBucketCount; ++index) {
    seen += counts_[index];
    if (seen >= wanted) return middle_of(index);
  }
  return middle_of(kBeyond);
}

std::vector<std::pair<std::uint32_t, std::uint64_t>> Histogram::sparse() const {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> buckets;
  for (std::uint32_t index = 0; index < kBucketCount; ++index) {
    if (counts_[index] != 0) buckets.emplace_back(index, counts_[index]);
  }
  return buckets;
}

Result<Histogram> Histogram::from_sparse(
    const std::vector<std::pair<std::uint32_t, std::uint64_t>>& buckets) {
  Histogram histogram;
  for (const auto& [index, times] : buckets) {
    if (index >= kBucketCount) {
      return runtime_error(
          "histogram bucket {} is out of range (the layout has {}): the stored histogram is "
          "damaged; "
          "measure the cell again",
          index, kBucketCount);
    }
    histogram.counts_[index] += times;
  }
  return histogram;
}

std::uint64_t Histogram::bucket_low(std::uint32_t index) {
  PMB_CHECK(index < kBucketCount, "a bucket's index is below kBucketCount");
  const unsigned shift = shift_of(index);
  return std::uint64_t{index - (shift << kSubBucketBits)} << shift;
}

std::uint64_t Histogram::bucket_high(std::uint32_t index) {
  if (index == kBeyond) return bucket_low(index);
  return bucket_low(index) + (std::uint64_t{1} << shift_of(index)) - 1;
}

bool quantile_is_supported(std::uint64_t n, double q) {
  // 1 - 0.9999 is a little less than 0.0001; the slack keeps n = 100000 enough for it.
  return static_cast<double>(n) * (1 - q) >= 10 * (1 - 1e-9);
}

}  // namespace pmembench
