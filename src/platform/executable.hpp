// Where this program lies.
#pragma once

#include <string>

#include "base/result.hpp"

namespace pmembench {

// The absolute path of the running binary (/proc/self/exe).
Result<std::string> executable_path();

}  // namespace pmembench
