// The time of day, as documents and the store write it.
#pragma once

#include <string>

namespace pmembench {

// "2026-05-01T12:00:00Z"
[[nodiscard]] std::string now_utc();

}  // namespace pmembench
