// The visibility test tested: wrong programs in a model of memory without coherence.
#pragma once

#include "base/result.hpp"

namespace pmembench {

// Prints a table, or one JSON document. kStatusFound if a wrong program was not caught or a right
// one was found wrong.
Result<int> run_self_test(bool as_json);

}  // namespace pmembench
