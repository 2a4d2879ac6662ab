// How much of its medium each cell of a plan uses where it does not say.
#pragma once

#include <vector>

#include "plan/plan.hpp"
#include "platform/topology.hpp"

namespace pmembench {

// Sets used_bytes. One size for all cells of a plan that fit in it, so that they share workers and
// can be compared: what platform/used_range.hpp says of the largest of their caches. A cell that
// needs more (by its range_size, its files, its interleave) has a multiple of it. 0, all of the
// medium: it is not larger, or it is a mounted file system.
void set_used_ranges(std::vector<Cell>& cells, const Topology& topology);

}  // namespace pmembench
