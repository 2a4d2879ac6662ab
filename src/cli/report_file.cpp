#include "cli/report_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

#include "base/unique_fd.hpp"

namespace pmembench {

Status write_report_file(const std::string& path, const std::string& text,
                         const std::string& option) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
  if (!file) {
    return usage_error("{} cannot be made: {}; name another with {}", path, std::strerror(errno),
                       option);
  }
  struct stat facts {};
  if (::fstat(file.get(), &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_size > 0) {
    return usage_error("{} exists and is not overwritten; remove it, or name another with {}", path,
                       option);
  }
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t more = ::write(file.get(), text.data() + written, text.size() - written);
    if (more < 0 && errno == EINTR) continue;
    if (more < 0) return runtime_error("{} cannot be written: {}", path, std::strerror(errno));
    written += static_cast<std::size_t>(more);
  }
  return {};
}

Result<std::string> read_report_file(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::string text;
  char part[65536];
  ssize_t more = file ? 1 : -1;
  while (more > 0) {
    more = ::read(file.get(), part, sizeof part);
    if (more > 0) text.append(part, static_cast<std::size_t>(more));
    if (more < 0 && errno == EINTR) more = 1;
  }
  if (more == 0) return text;
  return usage_error("{} cannot be read ({}): check that it exists and that it is a file", path,
                     std::strerror(errno));
}

}  // namespace pmembench
