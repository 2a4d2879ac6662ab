#include "cli/scratch_folder.hpp"

#include <filesystem>
#include <utility>

namespace pmembench {

Result<std::string> ScratchFolder::path() {
  if (!folder_.path().empty()) return folder_.path();
  std::error_code error;
  const auto parent = std::filesystem::temp_directory_path(error);
  auto made = error ? Result<CreatedDirectory>(environment_error("{}", error.message()))
                    : CreatedDirectory::create(parent.string());
  if (!made) {
    return environment_error(
        "no folder for a temporary file can be made ({}); name a medium with --media",
        made.error().message);
  }
  folder_ = *std::move(made);
  return folder_.path();
}

}  // namespace pmembench
