// Files that a command writes for other programs: never over what somebody keeps there.
#pragma once

#include <string>

#include "base/result.hpp"

namespace pmembench {

// Writes `text` to a file that does not exist or is empty (as $GITHUB_STEP_SUMMARY is), or to a
// device or pipe. `option`: how it was named, for the sentence. Refuses what holds something.
Status write_report_file(const std::string& path, const std::string& text,
                         const std::string& option);

// All of a file. Errors (usage): it is not there, or cannot be read.
Result<std::string> read_report_file(const std::string& path);

}  // namespace pmembench
