#include "dax/media_claim.hpp"

#include <fcntl.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <ctime>

#include "platform/file_holder.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kTurn_ms = 20;
constexpr std::uint64_t kFirstHold = std::uint64_t{1} << 61;

// True: it is taken or free. Errors of file systems without locks count as free.
bool try_lock(int fd, struct flock lock, bool test) {
  const int command = test ? F_OFD_GETLK : F_OFD_SETLK;
  if (fcntl(fd, command, &lock) != 0) return errno != EAGAIN && errno != EACCES;
  return !test || lock.l_type == F_UNLCK;
}

struct flock lock_of(short kind, std::uint64_t offset_bytes, std::uint64_t size_bytes) {
  struct flock lock {};
  lock.l_type = kind;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(offset_bytes);
  lock.l_len = static_cast<off_t>(size_bytes);
  return lock;
}

// Beyond the bytes of every medium, in the same order.
struct flock hold_lock(short kind, std::uint64_t offset_bytes, std::uint64_t size_bytes) {
  return lock_of(kind, kFirstHold + offset_bytes,
                 size_bytes > 0 ? size_bytes : kFirstHold - offset_bytes);
}

Error busy(Error error) {
  error.code = EBUSY;
  return error;
}

template <typename Try>
Status wait_for(const std::string& path, int fd, std::uint64_t patience_ms, const std::string& root,
                Try taken) {
  for (std::uint64_t waited_ms = 0;; waited_ms += kTurn_ms) {
    if (taken()) return {};
    if (waited_ms >= patience_ms) {
      struct stat facts {};
      if (fstat(fd, &facts) != 0) return busy(environment_error("{} is in use", path));
      return medium_in_use(path, facts, root);
    }
    const timespec turn{0, static_cast<long>(kTurn_ms) * 1'000'000};
    nanosleep(&turn, nullptr);
  }
}

}  // namespace

std::string medium_identity(const struct stat& facts) {
  const char* kind = S_ISREG(facts.st_mode)   ? "file"
                     : S_ISDIR(facts.st_mode) ? "directory"
                     : S_ISBLK(facts.st_mode) ? "block"
                     : S_ISCHR(facts.st_mode) ? "character"
                                              : "special";
  if (S_ISBLK(facts.st_mode) || S_ISCHR(facts.st_mode)) {
    return fmt::format("{} {}:{}", kind, major(facts.st_rdev), minor(facts.st_rdev));
  }
  return fmt::format("{} {}:{}:{}", kind, major(facts.st_dev), minor(facts.st_dev), facts.st_ino);
}

std::string medium_identity(const std::string& path) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) == 0) return medium_identity(facts);
  return errno == ENOENT ? "nothing" : "";
}

Status require_same_medium(const std::string& path, const std::string& expected,
                           const std::string& found) {
  if (expected.empty() || found.empty() || expected == found) return {};
  return environment_error(
      "{} is another than when this began ({} then, {} now), so nothing is written to it; leave it "
      "alone while it is measured, and start again",
      path, expected, found);
}

Error medium_in_use(const std::string& path, const struct stat& facts, const std::string& root) {
  const auto holder = holder_of(root, facts);
  if (holder && holder->own) {
    return busy(environment_error(
        "{} is in use already by this command: two media of one measurement must be two files or "
        "devices, also by other names; name another",
        path));
  }
  const std::string who =
      holder ? fmt::format("process {} ({})", holder->pid, holder->name) : "another process";
  return busy(environment_error(
      "{} is in use by {}, and two cannot measure, make or check one medium; wait for it or end "
      "it, "
      "or name another",
      path, who));
}

Status claim_medium(const std::string& path, int fd, std::uint64_t offset_bytes,
                    std::uint64_t size_bytes, Claim claim, bool held, std::uint64_t patience_ms,
                    const std::string& root) {
  const short kind = claim == Claim::write ? F_WRLCK : F_RDLCK;
  const auto hold = hold_lock(kind, offset_bytes, size_bytes);
  const auto lock = lock_of(kind, offset_bytes, size_bytes);
  return wait_for(path, fd, patience_ms, root, [&] {
    return (held || try_lock(fd, hold, true)) && try_lock(fd, lock, claim == Claim::test);
  });
}

Status hold_medium(const std::string& path, int fd, std::uint64_t offset_bytes,
                   std::uint64_t size_bytes, bool joint, std::uint64_t patience_ms,
                   const std::string& root) {
  const auto hold = hold_lock(joint ? F_RDLCK : F_WRLCK, offset_bytes, size_bytes);
  return wait_for(path, fd, patience_ms, root, [&] { return try_lock(fd, hold, false); });
}

}  // namespace pmembench
