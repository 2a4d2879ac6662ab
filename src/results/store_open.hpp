// Opens the results file, and reports what it is if it is not one. For src/results only.
#pragma once

#include <string>

#include "base/result.hpp"
#include "results/database.hpp"
#include "results/store.hpp"

namespace pmembench {

Result<Database> open_results(const std::string& path, Store::Mode mode, int busy_timeout_ms);

}  // namespace pmembench
