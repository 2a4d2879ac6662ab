// The version, as CMake knows it.
#pragma once

namespace pmembench {

inline constexpr const char* kVersion = PMEMBENCH_VERSION;

}  // namespace pmembench
