#include "run/slice_budget.hpp"

#include <algorithm>

#include "base/units.hpp"
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

double least_process_ns(const MeasureSettings& settings, const Cell& cell) {
  const double slice_ns = std::max(static_cast<double>(settings.slice_ns), interval_ns(cell));
  return std::min(kFewestSlices, settings.slices) * slice_ns;
}

Status check_budget(const Plan& plan) {
  const Cell* shortest = nullptr;
  double least_ns = 0;
  for (const Cell& cell : plan.cells) {
    if (!cell.skip_reason.empty()) continue;
    const double ns = least_process_ns(plan.settings, cell);
    if (shortest != nullptr && ns >= least_ns) continue;
    shortest = &cell;
    least_ns = ns;
  }
  if (shortest == nullptr || least_ns <= static_cast<double>(plan.settings.budget_ns)) return {};
  const bool seldom = interval_ns(*shortest) > static_cast<double>(plan.settings.slice_ns);
  return usage_error(
      "nothing can be measured: one process of a cell takes at least {} slices of {}, and the "
      "budget is {}; {}, or give a larger --budget",
      std::min(kFewestSlices, plan.settings.slices),
      format_duration_ns(least_ns / std::min(kFewestSlices, plan.settings.slices)),
      format_duration_ns(static_cast<double>(plan.settings.budget_ns)),
      seldom ? fmt::format("ask for a higher rate than {}", shortest->rate)
             : "ask for shorter slices");
}

double least_run_ns(const MeasureSettings& settings, std::size_t cells) {
  const unsigned slices = slices_within_budget(settings, cells);
  return static_cast<double>(cells) * settings.minimum_replicates *
         static_cast<double>(slices + 1) * static_cast<double>(settings.slice_ns);
}

}  // namespace pmembench
