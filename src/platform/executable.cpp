#include "platform/executable.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/checksum.hpp"
#include "base/unique_fd.hpp"

namespace pmembench {

Result<std::string> executable_path() {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) {
    return environment_error("cannot find out where this program is ({}): is /proc mounted?",
                             error.message());
  }
  return path.string();
}

Result<std::string> content_hash(const std::string& path) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat facts {};
  if (!file || fstat(file.get(), &facts) != 0) {
    return environment_error("{} cannot be read: {}", path, std::strerror(errno));
  }
  const auto size = static_cast<std::size_t>(facts.st_size);
  if (size == 0) return fmt::format("{:016x}", checksum({}, 0));
  void* const bytes = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (bytes == MAP_FAILED) {
    return environment_error("{} cannot be read: {}", path, std::strerror(errno));
  }
  const std::uint64_t hash = checksum({static_cast<const std::byte*>(bytes), size}, 0);
  munmap(bytes, size);
  return fmt::format("{:016x}", hash);
}

Result<std::string> own_content_hash() { return content_hash("/proc/self/exe"); }

bool is_traced() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("TracerPid:")) return line.find_first_of("123456789") != std::string::npos;
  }
  return false;
}

}  // namespace pmembench
