#include "cli/output_file.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cli/output.hpp"

namespace pmembench {

Result<OutputFile> OutputFile::create(const std::string& path, const std::string& option) {
  std::error_code ignored;
  const bool special =
      std::filesystem::exists(path, ignored) && !std::filesystem::is_regular_file(path, ignored);
  std::FILE* file = std::fopen(path.c_str(), special ? "we" : "wxe");
  if (file != nullptr) return OutputFile(file, path, !special);
  const int code = errno;
  if (code == EEXIST) {
    return usage_error("{} exists and is not overwritten; remove it, or name another with {}", path,
                       option);
  }
  if (code == ENOENT) {
    return usage_error("{} cannot be made, for its folder does not exist; make the folder first",
                       path);
  }
  if (code == EISDIR) return usage_error("{} is a folder; name a file in it with {}", path, option);
  return environment_error("{} cannot be made: {}; name another with {}", path, std::strerror(code),
                           option);
}

OutputFile::~OutputFile() {
  if (!file_ || !made_) return;
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

Status OutputFile::write(const std::string& text) {
  made_ = false;
  const bool wrote = std::fwrite(text.data(), 1, text.size(), file_.get()) == text.size();
  const Status flushed = flush_output(file_.get(), path_);
  const bool closed = std::fclose(file_.release()) == 0;
  if (!flushed) return flushed;
  if (!wrote || !closed) {
    return runtime_error("{} cannot be written: {}", path_, std::strerror(errno));
  }
  return {};
}

}  // namespace pmembench
