// Reads and writes in a stated share, made from a workload that reads and one that writes.
#pragma once

#include <cstdint>
#include <memory>

#include "workloads/workload.hpp"

namespace pmembench {

// Operations of a round; the share is exact to one of them.
inline constexpr std::uint64_t kMixRound = 64;

// In each round of 64 operations `reads_a_round` of `reads`, then the rest of `writes`.
std::unique_ptr<Workload> make_mixed(std::unique_ptr<Workload> reads,
                                     std::unique_ptr<Workload> writes, std::uint64_t reads_a_round);

// The reads of a round for a share in percent.
[[nodiscard]] constexpr std::uint64_t reads_a_round(std::uint64_t read_percent) {
  return (read_percent * kMixRound + 50) / 100;
}

}  // namespace pmembench
