#include "cli/run_time_text.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/units.hpp"
#include "run/slice_budget.hpp"

namespace pmembench {

std::string run_time_text(const Plan& plan) {
  const MeasureSettings& settings = plan.settings;
  const auto cells = static_cast<std::size_t>(
      std::count_if(plan.cells.begin(), plan.cells.end(),
                    [](const Cell& cell) { return cell.skip_reason.empty(); }));
  if (cells == 0) return "no cell can run: nothing will be measured\n";
  const double least_ns = least_run_ns(settings, cells);
  const auto budget_ns = static_cast<double>(settings.budget_ns);
  const std::string each =
      settings.minimum_replicates == settings.maximum_replicates
          ? fmt::format("{}", settings.minimum_replicates)
          : fmt::format("{} to {}", settings.minimum_replicates, settings.maximum_replicates);
  std::string text =
      fmt::format("{} cell{}, {} processes each: ", cells, cells == 1 ? "" : "s", each);
  if (least_ns <= budget_ns) {
    return text + fmt::format("at least {}, at most {} (the budget)\n",
                              format_duration_ns(least_ns), format_duration_ns(budget_ns));
  }
  return text + fmt::format("{} (the budget)\n", format_duration_ns(budget_ns)) +
         fmt::format(
             "the slices of {} cell{} in {} replicates take at least {}, and the budget is {}: "
             "what "
             "does not fit is not measured; give a larger --budget\n",
             cells, cells == 1 ? "" : "s", settings.minimum_replicates,
             format_duration_ns(least_ns), format_duration_ns(budget_ns));
}

}  // namespace pmembench
