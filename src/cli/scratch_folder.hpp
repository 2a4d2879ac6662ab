// A folder of our own for media of a check or an audit: what a process that was killed left in it
// goes too, and what a command that was killed left goes with the next.
#pragma once

#include <string>

#include "base/result.hpp"
#include "dax/created_directory.hpp"

namespace pmembench {

// Below the folder for temporary files; made when path() is first called.
class ScratchFolder {
 public:
  // Error (environment): no folder can be made.
  [[nodiscard]] Result<std::string> path();

 private:
  CreatedDirectory folder_;
};

}  // namespace pmembench
