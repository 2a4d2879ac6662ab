// Capacities next to what the system states of its caches: which of the steps that were found may
// be called by a name, and which are not determined.
#pragma once

#include <vector>

#include "datasheet/structure.hpp"

namespace pmembench {

// A line for each cache that the system states, one for each step beyond them, the reach of the
// TLB, and the write buffer. A cache counts as found where a step is within kCacheTolerance of what
// is stated; a step within the caches that is no cache there is not determined.
inline constexpr double kCacheTolerance = 0.15;

[[nodiscard]] std::vector<StructureLine> capacity_lines(const ProbeSet& set,
                                                        const StructureContext& context);

}  // namespace pmembench
