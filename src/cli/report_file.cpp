#include "cli/report_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "base/unique_fd.hpp"

namespace pmembench {
namespace {

Error unreadable(const std::string& path, const char* why) {
  return usage_error("{} cannot be read ({}): check that it exists and that it is a file", path,
                     why);
}

}  // namespace

Result<std::string> read_report_file(const std::string& path, std::size_t limit_bytes) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return unreadable(path, std::strerror(errno));
  if (S_ISDIR(facts.st_mode)) return unreadable(path, std::strerror(EISDIR));
  // A device may act on being read, and /dev/zero never ends.
  if (!S_ISREG(facts.st_mode) && !S_ISFIFO(facts.st_mode)) return unreadable(path, "a device");
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  char part[65536];
  ssize_t more = file ? 1 : -1;
  while (more > 0) {
    more = ::read(file.get(), part, sizeof part);
    if (more > 0) text.append(part, static_cast<std::size_t>(more));
    if (more < 0 && errno == EINTR) more = 1;
    if (text.size() > limit_bytes) {
      return usage_error("{} holds more than {} bytes, which no document has: name another file",
                         path, limit_bytes);
    }
  }
  if (more == 0) return text;
  return unreadable(path, std::strerror(errno));
}

}  // namespace pmembench
