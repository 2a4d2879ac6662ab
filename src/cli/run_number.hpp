// A stored run as a user names it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace pmembench {

// "7" -> 7; "" and "latest" -> none: the newest. Anything else is a usage error.
Result<std::optional<std::int64_t>> run_number(const std::string& text);

}  // namespace pmembench
