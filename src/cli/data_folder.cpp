#include "cli/data_folder.hpp"

#include <cstdlib>
#include <filesystem>

namespace pmembench {
namespace {

namespace files = std::filesystem;

// From the folder of the installed binary: "../share/pmembench", unless cmake was configured
// otherwise.
constexpr const char* kDataFromBinary = PMEMBENCH_DATA_FROM_BINARY;

// A file that only this project's source tree has at this place: a folder of the name `configs`
// above the binary may be anything.
constexpr const char* kSourceTree = "backends/dax_operations.h";

bool has_file(const files::path& folder, const std::string& file) {
  std::error_code ignored;
  return files::exists(folder / file, ignored);
}

bool holds(const files::path& folder, const std::string& file) {
  std::error_code ignored;
  return file.empty() ? files::is_directory(folder, ignored) : has_file(folder, file);
}

}  // namespace

Result<std::string> data_folder(const std::string& binary, const std::string& part,
                                const std::string& has) {
  const std::string what = has.empty() ? part : part + "/" + has;
  if (const char* named = std::getenv("PMEMBENCH_DATA"); named != nullptr && *named != '\0') {
    const files::path folder = files::path(named) / part;
    if (holds(folder, has)) return folder.string();
    return environment_error(
        "PMEMBENCH_DATA names {}, which has no {}: let it name share/pmembench of an "
        "installation, or unset it",
        named, what);
  }
  const files::path own = files::path(binary).parent_path();
  const files::path installed = (own / kDataFromBinary / part).lexically_normal();
  if (holds(installed, has)) return installed.string();
  for (files::path folder = own; folder.has_relative_path(); folder = folder.parent_path()) {
    if (has_file(folder, kSourceTree) && holds(folder / part, has)) {
      return (folder / part).string();
    }
  }
  return environment_error(
      "what ships with pmembench is missing: there is no {}, and no source tree with {} around {}; "
      "install pmembench with cmake --install, or let PMEMBENCH_DATA name the folder that holds {}",
      has.empty() ? installed.string() : (installed / has).string(), what, own.string(), part);
}

}  // namespace pmembench
