#include "workloads/access_pattern.hpp"

#include <algorithm>

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

dax_iter table_iter(Region region, std::uint64_t size_bytes, const DrawTable& table) {
  dax_iter iter = base_iter(region, size_bytes, size_bytes);
  iter.slots = table.entries().size();
  iter.increment = slot_step(iter.slots);
  iter.table = table.entries().data();
  return iter;
}

}  // namespace pmembench
