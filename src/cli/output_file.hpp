// OutputFile: a file that a command makes for what it has to say.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "base/result.hpp"

namespace pmembench {

// Made before the work, so that a name that does not do costs no measurement; it goes again unless
// it was written. Move-only.
class OutputFile {
 public:
  // A regular file that is there is somebody's and is refused (usage); a device or a pipe may well
  // be meant. `option` is what names it on the command line, for the sentence.
  static Result<OutputFile> create(const std::string& path, const std::string& option);
  OutputFile(OutputFile&& other) noexcept = default;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();
  // All of the text, once.
  Status write(const std::string& text);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  OutputFile(std::FILE* file, std::string path, bool made)
      : file_(file), path_(std::move(path)), made_(made) {}

  std::unique_ptr<std::FILE, Close> file_;  // null once moved or written
  std::string path_;
  bool made_;  // by this object, and not written yet
};

}  // namespace pmembench
