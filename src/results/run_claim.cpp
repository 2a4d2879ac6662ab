#include "results/run_claim.hpp"

#include <fcntl.h>

#include <cerrno>

namespace pmembench {
namespace {

constexpr off_t kFirstClaim = off_t{1} << 50;  // SQLite's files end at 2^48 bytes

}  // namespace

Result<RunClaim> RunClaim::take(const std::string& path, std::int64_t run) {
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (!file) return RunClaim();
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = kFirstClaim + run;
  lock.l_len = 1;
  if (::fcntl(file.get(), F_OFD_SETLK, &lock) == 0) return RunClaim(std::move(file));
  if (errno != EAGAIN && errno != EACCES) return RunClaim();
  return usage_error(
      "run {} of {} is being measured by another process: wait until it ends, or name another --db",
      run, path);
}

}  // namespace pmembench
