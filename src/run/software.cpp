#include "run/software.hpp"

#include <filesystem>

#include "platform/executable.hpp"

namespace pmembench {
namespace {

std::string hash_text(const Result<std::string>& hash) {
  return hash ? *hash : std::string("unreadable");
}

}  // namespace

std::string software_of(std::string_view version, const BackendEntry& backend) {
  std::string text = fmt::format("pmembench {} ({})", version, hash_text(own_content_hash()));
  const bool plugin = backend.origin.find('/') != std::string::npos;
  if (plugin) {
    text += fmt::format(", {} ({})", std::filesystem::path(backend.origin).filename().string(),
                        hash_text(content_hash(backend.origin)));
  }
  return text;
}

}  // namespace pmembench
