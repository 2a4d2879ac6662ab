// Where this program lies, and what a file holds.
#pragma once

#include <string>

#include "base/result.hpp"

namespace pmembench {

// The absolute path of the running binary (/proc/self/exe).
Result<std::string> executable_path();

// A checksum of the file's bytes in hexadecimal: two files of different content differ in it.
Result<std::string> content_hash(const std::string& path);

}  // namespace pmembench
