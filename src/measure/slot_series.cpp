#include "measure/slot_series.hpp"

#include <cmath>
#include <limits>
#include <numeric>

#include "base/check.hpp"

namespace pmembench {
namespace {

constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

double slot_bucket_middle(std::uint32_t index) {
  constexpr std::uint32_t kExactBuckets = 1U << SlotSeries::kSubBucketBits;
  if (index < 2 * kExactBuckets) return index;
  const unsigned shift = (index >> SlotSeries::kSubBucketBits) - 1;
  const auto low =
      static_cast<double>(std::uint64_t{index - (shift << SlotSeries::kSubBucketBits)} << shift);
  return low + static_cast<double>((std::uint64_t{1} << shift) - 1) / 2;
}

}  // namespace

SlotSeries::SlotSeries(std::uint64_t slots, std::uint64_t slot_ticks)
    : slot_ticks_(slot_ticks),
      slots_(std::min(slots, kMaximumSlots)),
      counts_(slots_.size() * kBuckets, 0) {
  PMB_CHECK(slot_ticks > 0, "a slot has a length");
}

void SlotSeries::clear() {
  std::fill(slots_.begin(), slots_.end(), Slot{});
  std::fill(counts_.begin(), counts_.end(), 0U);
}

// Time ended with a slot: what ended at that moment is of this slot, for there is no next one.
void SlotSeries::end_at_slot() {
  if (at_ == 0 || at_ >= slots_.size()) return;
  Slot& last = slots_[at_ - 1];
  last.sum += slots_[at_].sum;
  last.maximum = std::max(last.maximum, slots_[at_].maximum);
  slots_[at_] = {};
  for (std::uint32_t i = 0; i < kBuckets; ++i) {
    counts_[(at_ - 1) * kBuckets + i] += counts_[at_ * kBuckets + i];
    counts_[at_ * kBuckets + i] = 0;
  }
}

void SlotSeries::merge(const SlotSeries& other) {
  PMB_CHECK(slots_.size() == other.slots_.size(), "series of one cell have one length");
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    slots_[i].sum += other.slots_[i].sum;
    slots_[i].maximum = std::max(slots_[i].maximum, other.slots_[i].maximum);
  }
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  last_ticks_ =
      std::max(at_ >= other.at_ ? last_ticks_ : 0, other.at_ >= at_ ? other.last_ticks_ : 0);
  at_ = std::max(at_, other.at_);
  cut_ = cut_ || other.cut_;
}

double SlotSeries::quantile(std::size_t slot, std::uint64_t count, double share) const {
  const auto wanted = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count))));
  std::uint64_t seen = 0;
  for (std::uint32_t index = 0; index < kBuckets; ++index) {
    seen += counts_[slot * kBuckets + index];
    if (seen >= wanted) return slot_bucket_middle(index);
  }
  return kNotANumber;
}

SlotSummary SlotSeries::summary(double ns_per_tick) const {
  SlotSummary result;
  result.slot_ns = static_cast<double>(slot_ticks_) * ns_per_tick;
  result.cut = cut_;
  const std::size_t complete = std::min(at_, slots_.size());
  const bool short_one = at_ < slots_.size() && last_ticks_ > 0;
  if (short_one) {
    result.last_share = static_cast<double>(last_ticks_) / static_cast<double>(slot_ticks_);
  }
  for (std::size_t i = 0; i < complete + (short_one ? 1 : 0); ++i) {
    const auto begin = counts_.begin() + static_cast<std::ptrdiff_t>(i * kBuckets);
    const std::uint64_t count = std::accumulate(begin, begin + kBuckets, std::uint64_t{0});
    result.count.push_back(count);
    const auto in_ns = [&](double ticks) { return count == 0 ? kNotANumber : ticks * ns_per_tick; };
    result.mean_ns.push_back(in_ns(static_cast<double>(slots_[i].sum) /
                                   static_cast<double>(std::max<std::uint64_t>(1, count))));
    result.p50_ns.push_back(in_ns(quantile(i, count, 0.5)));
    // As everywhere: a percentile that n cannot support is left out.
    result.p99_ns.push_back(count < 1000 ? kNotANumber : in_ns(quantile(i, count, 0.99)));
    result.p999_ns.push_back(count < 10000 ? kNotANumber : in_ns(quantile(i, count, 0.999)));
    result.maximum_ns.push_back(in_ns(static_cast<double>(slots_[i].maximum)));
  }
  return result;
}

}  // namespace pmembench
