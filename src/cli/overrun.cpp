#include "cli/overrun.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.hpp"

namespace pmembench {

std::string overrun_text(double overran_ns, double budget_ns) {
  constexpr double kWorthTelling = 0.1;
  if (overran_ns <= std::max(kWorthTelling * budget_ns, 1e9)) return "";
  return fmt::format(
      "the run took {} more than its budget of {}: what had begun was brought to its end; shorter "
      "slices overrun less\n",
      format_duration_ns(overran_ns), format_duration_ns(budget_ns));
}

}  // namespace pmembench
