// What one cell takes more than another, from pairs of replicates of the same round of a run.
#pragma once

#include <optional>
#include <string>

#include "measure/estimate.hpp"
#include "results/replicate_figures.hpp"

namespace pmembench {

// As a share (0.5: half as much again) of the time of cell `below`: the Hodges-Lehmann estimate of
// the logarithms of the pairs' ratios. What changes from round to round is in both and falls out.
// Absent where fewer than two replicates are common.
[[nodiscard]] std::optional<Estimate> paired_share(const FiguresByCell& replicates,
                                                   const std::string& below,
                                                   const std::string& above, double confidence);

}  // namespace pmembench
