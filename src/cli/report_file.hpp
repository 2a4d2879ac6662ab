// Files that a command reads as a whole: documents of pmembench and of Google Benchmark.
#pragma once

#include <string>

#include "base/result.hpp"

namespace pmembench {

// Larger files are rejected: the largest that pmembench writes has a few megabytes.
inline constexpr std::size_t kLargestDocumentBytes = std::size_t{256} << 20;

// All of a regular file or pipe. Errors (usage): it is not there, cannot be read, is a device, or
// holds more than `limit_bytes`.
Result<std::string> read_report_file(const std::string& path,
                                     std::size_t limit_bytes = kLargestDocumentBytes);

}  // namespace pmembench
