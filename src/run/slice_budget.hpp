// How many slices a replicate has, so that the budget holds the minimum of replicates.
#pragma once

#include <cstddef>

#include "base/result.hpp"
#include "plan/plan.hpp"

namespace pmembench {

// The share of a budget that slices may take: starts of processes take the rest (measured on the
// two-core machine of docs/methodology.md).
inline constexpr double kBudgetShare = 0.75;
inline constexpr unsigned kFewestSlices = 5;

// Slices of each replicate, so that the minimum of replicates of all `cells` fits the budget: the
// campaign's `slices`, or fewer, at least 5.
[[nodiscard]] unsigned slices_within_budget(const MeasureSettings& settings, std::size_t cells);
// Of this cell, whose slices are longer where its operations come seldom.
[[nodiscard]] unsigned slices_within_budget(const MeasureSettings& settings, std::size_t cells,
                                            const Cell& cell);

// What the slices of one process of this cell take at the least, without the warm-up.
[[nodiscard]] double least_process_ns(const MeasureSettings& settings, const Cell& cell);

// Usage error: there are cells that could run, and the budget is too short for one process of any
// of them.
[[nodiscard]] Status check_budget(const Plan& plan);

// What the slices of `cells` cells take at the least, warm-up included, in the minimum of
// replicates and with as few slices as the budget makes it.
[[nodiscard]] double least_run_ns(const MeasureSettings& settings, std::size_t cells);

}  // namespace pmembench
