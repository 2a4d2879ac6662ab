// Where the files that ship with pmembench are: its campaigns and the report's package.
#pragma once

#include <string>

#include "base/result.hpp"

namespace pmembench {

// The folder `part` ("configs", "reports") that belongs to `binary` and has the file `has`, if that
// is not empty. The
// first of: $PMEMBENCH_DATA/PART; share/pmembench/PART of the installation that the binary is in;
// PART of the source tree that it was built in. Environment error: none of them has it.
Result<std::string> data_folder(const std::string& binary, const std::string& part,
                                const std::string& has);

}  // namespace pmembench
