// Where this program is, what a file holds, and who holds this process.
#pragma once

#include <string>

#include "base/result.hpp"

namespace pmembench {

// The absolute path of the running binary (/proc/self/exe).
Result<std::string> executable_path();

// A checksum of the file's bytes in hexadecimal: two files of different content differ in it.
Result<std::string> content_hash(const std::string& path);

// The same of the binary that runs.
Result<std::string> own_content_hash();

// Does a debugger or a tracer (gdb, strace) hold this process? TracerPid of /proc/self/status.
[[nodiscard]] bool is_traced();

}  // namespace pmembench
