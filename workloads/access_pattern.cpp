#include "workloads/access_pattern.hpp"

#include <algorithm>
#include <cmath>

#include "base/check.hpp"
#include "base/random.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kMmixMultiplier = 6364136223846793005ULL;  // Knuth, TAOCP 2, 3.3.4

// ceil(2^64 / slots), 0 for one slot (2^64 itself): the step of one slot in the generator's state.
std::uint64_t slot_step(std::uint64_t slots) {
  return slots <= 1 ? 0 : (~std::uint64_t{0} / slots) + 1;
}

dax_iter base_iter(Region region, std::uint64_t size_bytes, std::uint64_t granule_bytes) {
  dax_iter iter{};
  iter.multiplier = 1;
  iter.slots = std::max<std::uint64_t>(1, region.size_bytes / granule_bytes);
  iter.offset_bytes = region.offset_bytes;
  iter.granule_bytes = granule_bytes;
  iter.size_bytes = size_bytes;
  return iter;
}

}  // namespace

Region position_region(std::uint64_t range_bytes, std::uint64_t granule_bytes, bool shared,
                       unsigned index, unsigned count) {
  PMB_CHECK(granule_bytes > 0 && count > 0 && index < count, "an index among the threads");
  const std::uint64_t parts = shared ? 1 : count;
  const std::uint64_t part_bytes = range_bytes / parts / granule_bytes * granule_bytes;
  return {shared ? 0 : part_bytes * index, part_bytes};
}

dax_iter sequential_iter(Region region, std::uint64_t size_bytes, double start_share) {
  dax_iter iter = base_iter(region, size_bytes, size_bytes);
  iter.increment = slot_step(iter.slots);
  iter.state =
      iter.increment * static_cast<std::uint64_t>(start_share * static_cast<double>(iter.slots));
  return iter;
}

dax_iter strided_iter(Region region, std::uint64_t size_bytes, std::uint64_t stride_bytes) {
  dax_iter iter = base_iter(region, size_bytes, stride_bytes);
  iter.increment = slot_step(iter.slots);
  return iter;
}

dax_iter uniform_iter(Region region, std::uint64_t size_bytes, std::uint64_t seed) {
  dax_iter iter = base_iter(region, size_bytes, size_bytes);
  iter.multiplier = kMmixMultiplier;
  iter.increment = mix_seed(seed) | 1;
  iter.state = mix_seed(seed + 1);
  return iter;
}

dax_iter table_iter(Region region, std::uint64_t size_bytes, const ZipfTable& table) {
  dax_iter iter = base_iter(region, size_bytes, size_bytes);
  iter.slots = table.entries().size();
  iter.increment = slot_step(iter.slots);
  iter.table = table.entries().data();
  return iter;
}

ZipfTable::ZipfTable(std::uint64_t slots, double alpha, std::uint64_t seed, std::uint64_t draw_seed)
    : slots_(slots), alpha_(alpha), seed_(seed), draw_seed_(draw_seed) {
  PMB_CHECK(slots >= 1 && slots <= 0xFFFFFFFFULL, "zipf over 1 to 2^32 slots");
  PMB_CHECK(alpha > 0 && alpha != 1.0, "zipf alpha above 0 and not 1");
  const auto n = static_cast<double>(slots);
  h_low_ = h(1.5) - 1.0;
  h_high_ = h(n + 0.5);
  cut_ = 2.0 - h_inverse(h(2.5) - std::exp(-alpha_ * std::log(2.0)));
  fill(0);
}

// The integral of x^-alpha, and its inverse.
double ZipfTable::h(double x) const { return std::pow(x, 1.0 - alpha_) / (1.0 - alpha_); }
double ZipfTable::h_inverse(double x) const {
  return std::pow((1.0 - alpha_) * x, 1.0 / (1.0 - alpha_));
}

std::uint64_t ZipfTable::slot_of_rank(std::uint64_t rank) const {
  // A Feistel network over the next even power of two, walked until it lands inside [0, slots).
  unsigned half_bits = 1;
  while ((std::uint64_t{1} << (2 * half_bits)) < slots_) ++half_bits;
  const std::uint64_t mask = (std::uint64_t{1} << half_bits) - 1;
  std::uint64_t value = rank;
  do {
    std::uint64_t left = value >> half_bits;
    std::uint64_t right = value & mask;
    for (std::uint64_t round = 0; round < 4; ++round) {
      const std::uint64_t mixed = left ^ (mix_seed(right + (round << 32) + (seed_ << 1)) & mask);
      left = right;
      right = mixed;
    }
    value = (left << half_bits) | right;
  } while (value >= slots_);
  return value;
}

void ZipfTable::fill(std::uint64_t interval, std::uint64_t entries) {
  entries_.resize(std::clamp<std::uint64_t>(entries, 1, kMostEntries));
  Random random(mix_seed(draw_seed_ ^ mix_seed(interval)));
  for (std::uint32_t& entry : entries_) {
    std::uint64_t rank = 0;
    for (;;) {
      const double u = h_high_ + random.unit() * (h_low_ - h_high_);
      const double x = h_inverse(u);
      const double k = std::clamp(std::floor(x + 0.5), 1.0, static_cast<double>(slots_));
      if (k - x <= cut_ || u >= h(k + 0.5) - std::exp(-alpha_ * std::log(k))) {
        rank = static_cast<std::uint64_t>(k) - 1;
        break;
      }
    }
    entry = static_cast<std::uint32_t>(slot_of_rank(rank));
  }
}

}  // namespace pmembench
