// fsck: is every invariant of a file system kept? Mount asks the same before it trusts anything,
// and goes on with what fsck found.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "fs/file_system.hpp"

namespace pmembench {

// What is wrong, one sentence each, at most a hundred; empty: clean. Changes nothing, and takes a
// committed transaction as if it had been put in place. Not while mounted. Errors: as those of
// mount, where there is too little to look at.
Result<std::vector<std::string>> check_file_system(const MountSource& source);

}  // namespace pmembench
