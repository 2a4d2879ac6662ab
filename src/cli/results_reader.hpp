// The results file as a command reads it.
#pragma once

#include <string>

#include "base/result.hpp"
#include "results/store.hpp"

namespace pmembench {

// Opens it for reading. Says on standard error if it has no checksums: then what is printed cannot
// be compared with what was stored.
Result<Store> read_results(const std::string& path);

}  // namespace pmembench
