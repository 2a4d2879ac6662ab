// What a user writes for a share: "2%" or "0.02".
#pragma once

#include <string>

#include "base/result.hpp"

namespace pmembench {

// Above 0 and below 1. A usage error names the option and the text.
Result<double> read_share(const std::string& option, const std::string& text);

}  // namespace pmembench
