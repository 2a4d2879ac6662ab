// From kept slices and a worker's closing answer to a replicate.
#pragma once

#include <optional>
#include <vector>

#include "platform/environment.hpp"
#include "record/replicate.hpp"
#include "run/core_watch.hpp"
#include "run/protocol.hpp"

namespace pmembench {

// The slices that one arm keeps, in order.
[[nodiscard]] Replicate replicate_of(const Cell& cell, unsigned index, std::uint64_t seed,
                                     const std::vector<SliceReply>& kept);

// Adds the values of the worker's closing answer. `cores`: what the cell's cores take at their
// best, to find the slices during which they were shared. Error (runtime): a histogram that is
// damaged.
Status complete_replicate(const CellDoneReply& done, const OpenedReply& opened, const Cell& cell,
                          const std::vector<SliceReply>& kept, const CoreWatch& cores,
                          Replicate& replicate);

// The share of all CPUs' time that the hypervisor took; 0 where a reading is missing.
[[nodiscard]] double steal_between(const std::optional<CpuTimes>& before,
                                   const std::optional<CpuTimes>& after);

}  // namespace pmembench
