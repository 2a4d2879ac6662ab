// The sequences of instructions by which one host publishes bytes and another one sees them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace pmembench {

// How a writer makes a line visible outside of its caches. The numbers are part of the plugin ABI
// (host_memory_abi.h).
enum class StoreWay : std::uint32_t {
  none = 0,        // a store and a fence: the line stays in the cache
  clwb = 1,        // written back, and kept
  clflushopt = 2,  // written back and dropped
  clflush = 3,     // the same, one line after the other
  movnt = 4,       // stored past the caches, eight bytes at a time
  movdir64b = 5,   // stored past the caches, a line at a time
};

// How a reader loads a line.
enum class LoadWay : std::uint32_t {
  plain = 0,        // a load: a copy in the cache answers it
  clflush = 1,      // the copy is dropped first
  nontemporal = 2,  // movntdqa, which on write-back memory is a load
};

inline constexpr std::array<StoreWay, 6> kStoreWays{StoreWay::none,       StoreWay::clwb,
                                                    StoreWay::clflushopt, StoreWay::clflush,
                                                    StoreWay::movnt,      StoreWay::movdir64b};
inline constexpr std::array<LoadWay, 3> kLoadWays{LoadWay::plain, LoadWay::clflush,
                                                  LoadWay::nontemporal};

[[nodiscard]] std::string_view name_of(StoreWay way);
[[nodiscard]] std::string_view name_of(LoadWay way);

// Does the way store past the caches, so that there is nothing to write back?
[[nodiscard]] constexpr bool bypasses_caches(StoreWay way) {
  return way == StoreWay::movnt || way == StoreWay::movdir64b;
}

// Does a CPU with these features (DAX_CPU_*) have the instruction?
[[nodiscard]] bool is_available(StoreWay way, std::uint64_t cpu_features);
[[nodiscard]] bool is_available(LoadWay way, std::uint64_t cpu_features);

}  // namespace pmembench
