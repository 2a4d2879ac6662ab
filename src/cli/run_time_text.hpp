// How long a run will take, said before anything is measured.
#pragma once

#include <string>

#include "plan/plan.hpp"

namespace pmembench {

// "70 cells, 6 to 100 processes each: at least 12 s, at most 52 s (the budget)", one line; a second
// where the budget does not hold the least that was asked for.
[[nodiscard]] std::string run_time_text(const Plan& plan);

}  // namespace pmembench
