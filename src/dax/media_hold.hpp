// MediaHolds: keeps media between the processes of one measurement, each of which claims them only
// while it runs (media_claim).
#pragma once

#include <map>
#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "dax/media_spec.hpp"

namespace pmembench {

// Used by one thread. Its processes open the media with OpenOptions::held.
class MediaHolds {
 public:
  // From now on, until this object or its process is gone, nobody else claims these bytes. Nothing
  // for what has no path, is not there yet or cannot be opened, and for bytes that are kept
  // already. `joint`: others of the same measurement keep them too. Error (environment, EBUSY):
  // another has them; names it.
  Status take(const MediaSpec& medium, bool joint, const std::string& root);

 private:
  std::map<std::string, UniqueFd> held_;  // by identity and bytes
};

}  // namespace pmembench
