#include "platform/executable.hpp"

#include <filesystem>

namespace pmembench {

Result<std::string> executable_path() {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) {
    return environment_error("cannot tell where this program lies ({}): is /proc mounted?",
                             error.message());
  }
  return path.string();
}

}  // namespace pmembench
