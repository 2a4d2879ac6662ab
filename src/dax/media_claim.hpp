// media_claim: which file or device a name leads to, and that no other process of pmembench uses
// it.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace pmembench {

// What a path leads to, distinct from every other file and device: "nothing", "file DEVICE:INODE",
// "block MAJOR:MINOR" and so on. Empty: it cannot be looked at.
[[nodiscard]] std::string medium_identity(const std::string& path);
[[nodiscard]] std::string medium_identity(const struct stat& facts);

// `expected`, if it is given, is `found`; else an environment error: the object that was found when
// the run began must be the one that is opened, even if the name has changed its meaning since.
Status require_same_medium(const std::string& path, const std::string& expected,
                           const std::string& found);

enum class Claim {
  test,   // no other process has it
  read,   // with others that read, while `fd` and its copies are open
  write,  // alone
};

// The bytes of an open file or device, by a lock of its open file description: the kernel lets go
// of it when the last copy of `fd` is closed, however its process ends, and every link to the file
// leads to it. Waits up to `patience_ms` for one that is about to end. `held`: the measurement that
// this process belongs to holds them. Error (environment): another has or holds some of these
// bytes; names it. A file system that has no locks claims nothing.
Status claim_medium(const std::string& path, int fd, std::uint64_t offset_bytes,
                    std::uint64_t size_bytes, Claim claim, bool held, std::uint64_t patience_ms,
                    const std::string& root);

// Keeps these bytes (of size 0: all from the offset on) from the claims of others, likewise,
// without a claim of its own. `joint`: others may hold them too.
Status hold_medium(const std::string& path, int fd, std::uint64_t offset_bytes,
                   std::uint64_t size_bytes, bool joint, std::uint64_t patience_ms,
                   const std::string& root);

// The error of a medium that another process has, or this command itself: names it. EBUSY.
[[nodiscard]] Error medium_in_use(const std::string& path, const struct stat& facts,
                                  const std::string& root);

}  // namespace pmembench
