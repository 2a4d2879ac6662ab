// Which running kernel this is: two processes with the same boot id share CPUs and memory.
#pragma once

#include <string>

namespace pmembench {

// A UUID that the kernel drew when it started; "unknown" where it does not say.
[[nodiscard]] std::string boot_id(const std::string& root);

}  // namespace pmembench
