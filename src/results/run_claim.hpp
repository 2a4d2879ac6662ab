// RunClaim: says to other processes that a run of a results file is being measured.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace pmembench {

// A lock of an open file description (fcntl(2), F_OFD_SETLK) on a byte of the results file beyond
// all that SQLite uses, one byte a run. It ends with the process, even if the process is killed.
// Closing any descriptor of the file drops SQLite's own locks of this process: a claim outlives the
// connection. Move-only.
class RunClaim {
 public:
  RunClaim() = default;
  // Refuses (usage) a run that another process holds. On a file system without locks nothing is
  // held, and nothing refused.
  static Result<RunClaim> take(const std::string& path, std::int64_t run);

 private:
  explicit RunClaim(UniqueFd file) : file_(std::move(file)) {}
  UniqueFd file_;
};

}  // namespace pmembench
