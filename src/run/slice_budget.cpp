#include "run/slice_budget.hpp"

#include <algorithm>

#include "plan/arrival_keys.hpp"

namespace pmembench {
namespace {

// What a replicate of a cell costs beyond its slices: threads, calibration, verification.
constexpr double kCellOverhead_ns = 3e6;

unsigned slices_in_share(const MeasureSettings& settings, std::size_t cells, double slice_ns) {
  const double share_ns = kBudgetShare * static_cast<double>(settings.budget_ns) /
                          static_cast<double>(std::max<std::size_t>(1, cells)) /
                          std::max(1U, settings.minimum_replicates);
  // A fifth more for warm-up and repeats.
  const double slices = (share_ns - kCellOverhead_ns) / (1.2 * slice_ns);
  const double fewest = std::min<double>(kFewestSlices, settings.slices);
  return static_cast<unsigned>(std::clamp<double>(slices, fewest, settings.slices));
}

}  // namespace

unsigned slices_within_budget(const MeasureSettings& settings, std::size_t cells) {
  return slices_in_share(settings, cells, static_cast<double>(settings.slice_ns));
}

unsigned slices_within_budget(const MeasureSettings& settings, std::size_t cells,
                              const Cell& cell) {
  return slices_in_share(settings, cells,
                         std::max(static_cast<double>(settings.slice_ns), interval_ns(cell)));
}

double least_run_ns(const MeasureSettings& settings, std::size_t cells) {
  const unsigned slices = slices_within_budget(settings, cells);
  return static_cast<double>(cells) * settings.minimum_replicates *
         static_cast<double>(slices + 1) * static_cast<double>(settings.slice_ns);
}

}  // namespace pmembench
