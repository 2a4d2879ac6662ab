// What measures: this binary, the plugin that it loaded, and who watches it.
#pragma once

#include <string>
#include <string_view>

#include "dax/registry.hpp"

namespace pmembench {

// "pmembench 1.2 (4f3a...)", and ", NAME.so (09bc...)" of a plugin; by the content of the files.
[[nodiscard]] std::string software_of(std::string_view version, const BackendEntry& backend);

// Does a debugger or a tracer (gdb, strace) hold this process? TracerPid of /proc/self/status.
[[nodiscard]] bool is_traced();

}  // namespace pmembench
