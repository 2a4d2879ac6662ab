// Inputs of other tools where a campaign is expected: what they are, and what to do with them.
#pragma once

#include <string>

#include "base/result.hpp"

namespace pmembench {

// Success unless `word` is a command line of another tool ("mlc --loaded_latency"). Else a usage
// error: what it is, and the command to type.
Status refuse_foreign_words(const std::string& word);

// Success unless the file is an input or a result of another tool. Else a usage error: what it is,
// which of its parts have an equivalent, and the command that goes on. A file that cannot be read
// passes: the reader of campaigns says why.
Status refuse_foreign_file(const std::string& path);

}  // namespace pmembench
