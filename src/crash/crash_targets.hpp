// The targets of `pmembench crash`: what is written to while the power is cut.
#pragma once

#include <string_view>
#include <vector>

#include "crash/crash_outcome.hpp"

namespace pmembench {

struct CrashTarget {
  std::string_view name;
  std::string_view summary;
  CrashOutcome (*run)(const CrashTrialOptions& options) = nullptr;
};

// One line each, in the order in which they are run.
const std::vector<CrashTarget>& crash_target_list();
// Null where there is none of that name.
const CrashTarget* find_crash_target(std::string_view name);

}  // namespace pmembench
