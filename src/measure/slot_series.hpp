// SlotSeries: every operation of a long interval, counted in time slots, so that temporary stalls
// are visible.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace pmembench {

// What the operations that ended in each slot took, in time order. A slot in which none ended has a
// count of 0 and NaN for the rest: a stall that is longer than a slot leaves such behind it, and is
// charged to the slot in which it ended.
struct SlotSummary {
  double slot_ns = 0;
  std::vector<std::uint64_t> count;
  std::vector<double> mean_ns, p50_ns, p99_ns, p999_ns, maximum_ns;
  // Of the last slot: the share of its length in which operations could end. Time ended before it
  // did.
  double last_share = 1;
  bool cut = false;  // operations came after the last slot that there was room for
};

// One thread records; all memory is taken and touched when it is made. A slot's percentiles are
// known within 1.6 % (32 buckets an octave, 4 KiB a slot), its mean and maximum exactly.
class SlotSeries {
 public:
  static constexpr unsigned kSubBucketBits = 5;
  static constexpr unsigned kMaximumBits = 36;
  static constexpr std::uint32_t kBuckets = (kMaximumBits - kSubBucketBits + 1) << kSubBucketBits;
  static constexpr std::uint64_t kMaximumSlots = 16384;  // 64 MiB a thread

  SlotSeries() = default;  // records nothing
  SlotSeries(std::uint64_t slots, std::uint64_t slot_ticks);
  [[nodiscard]] bool active() const { return !slots_.empty(); }
  // All slots are empty: untimed, for it touches them all. start() then says when time begins.
  void clear();
  void start(std::uint64_t now) {
    slot_end_ = now + slot_ticks_;
    at_ = 0;
    last_ticks_ = 0;
    cut_ = false;
  }
  // Time ended at `now`: the slot that it fell into is the last one, and as long as it was.
  void finish(std::uint64_t now) {
    while (now >= slot_end_) {
      slot_end_ += slot_ticks_;
      ++at_;
    }
    last_ticks_ = now + slot_ticks_ - slot_end_;
    if (last_ticks_ == 0) end_at_slot();
  }
  // An operation ended at `now` and took `ticks`. No allocation, no division.
  void record(std::uint64_t now, std::uint64_t ticks) {
    while (now >= slot_end_) {
      slot_end_ += slot_ticks_;
      ++at_;
    }
    if (at_ >= slots_.size()) [[unlikely]] {
      cut_ = true;
      return;
    }
    Slot& slot = slots_[at_];
    slot.sum += ticks;
    slot.maximum = std::max(slot.maximum, ticks);
    ++counts_[at_ * kBuckets + index_of(ticks)];
  }
  // Slot by slot; both were started together.
  void merge(const SlotSeries& other);
  // Every operation that was recorded, unless `cut`; the last slot may be short.
  [[nodiscard]] SlotSummary summary(double ns_per_tick) const;

  [[nodiscard]] static std::uint32_t index_of(std::uint64_t value) {
    constexpr std::uint64_t kMost = (std::uint64_t{1} << kMaximumBits) - 1;
    constexpr std::uint64_t kSubBuckets = std::uint64_t{1} << kSubBucketBits;
    const std::uint64_t known = std::min(value, kMost);
    const auto shift =
        static_cast<unsigned>(std::bit_width(known | kSubBuckets)) - kSubBucketBits - 1;
    return (shift << kSubBucketBits) + static_cast<std::uint32_t>(known >> shift);
  }

 private:
  struct Slot {
    std::uint64_t sum = 0, maximum = 0;
  };
  void end_at_slot();
  [[nodiscard]] double quantile(std::size_t slot, std::uint64_t count, double share) const;

  std::uint64_t slot_ticks_ = 0;
  std::uint64_t slot_end_ = 0;
  std::uint64_t last_ticks_ = 0;  // of slot at_
  std::size_t at_ = 0;
  bool cut_ = false;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> counts_;
};

}  // namespace pmembench
