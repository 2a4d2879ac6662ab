// run --strict: warnings as failures.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "record/row.hpp"

namespace pmembench {

// 0 where no measured row has a warning; else a runtime error (exit status 4) that names each type,
// how many rows have it, and the first of them.
Result<int> strict_verdict(const std::vector<Row>& rows);

}  // namespace pmembench
