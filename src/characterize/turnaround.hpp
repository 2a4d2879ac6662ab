// What a change between reading and writing costs: time over the number of changes.
#pragma once

#include "characterize/inference.hpp"

namespace pmembench {

// Slices of one process: of each the changes an operation, and the time of an operation in ns.
struct TurnaroundSlices {
  std::vector<double> changes, ns;
};

// The slope by least squares in each process; its interval over processes (Hodges-Lehmann). None
// where the interval holds 0 and ends below 8 % of an operation; `missed` says where. Not
// determined: fewer than six processes, an interval that is wider than 60 % of the value.
[[nodiscard]] Inference infer_turnaround(std::span<const TurnaroundSlices> processes);

}  // namespace pmembench
