#include "run/software.hpp"

#include <filesystem>
#include <fstream>

#include "platform/executable.hpp"

namespace pmembench {
namespace {

std::string hash_text(const std::string& path) {
  const auto hash = content_hash(path);
  return hash ? *hash : std::string("unreadable");
}

}  // namespace

std::string software_of(std::string_view version, const BackendEntry& backend) {
  std::string text = fmt::format("pmembench {} ({})", version, hash_text("/proc/self/exe"));
  const bool plugin = backend.origin.find('/') != std::string::npos;
  if (plugin) {
    text += fmt::format(", {} ({})", std::filesystem::path(backend.origin).filename().string(),
                        hash_text(backend.origin));
  }
  return text;
}

bool is_traced() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("TracerPid:")) return line.find_first_of("123456789") != std::string::npos;
  }
  return false;
}

}  // namespace pmembench
