// OutputFile: a file that a command writes for others. Every output of every command is one.
#pragma once

#include <sys/stat.h>

#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace pmembench {

// Looked at and made before anything is measured, kept open, and given its name when it is whole.
// Move-only. A default-constructed one, for a file that was not asked for, takes every text and
// writes nothing.
class OutputFile {
 public:
  OutputFile() = default;
  OutputFile(OutputFile&&) noexcept = default;
  OutputFile& operator=(OutputFile&& other) noexcept;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  // `path` may be a name that does not exist, an empty file (as $GITHUB_STEP_SUMMARY is), a pipe, a
  // terminal, /dev/null or /dev/full; with `force` also a regular file that holds something.
  // `option`: how it was named, for the sentence. An empty path gives one that writes nothing.
  // Errors (usage): everything else, and a folder in which no file can be made. Nothing is changed
  // yet.
  static Result<OutputFile> open(const std::string& path, const std::string& option, bool force);

  // Writes all of `text`; the file has its name only if all of
  // it arrived. Once. Errors (runtime): it cannot be written, or something else came to its name in
  // the meantime.
  Status write(const std::string& text);
  // The same in pieces: add each, then finish. Without a finish the file does not get its name.
  Status add(const std::string& text);
  Status finish();

 private:
  Status open_regular(const struct stat* existing, const std::string& option);
  Status give_name();
  void forget_temporary();

  std::string path_;       // as the user wrote it
  std::string name_;       // in folder_
  std::string temporary_;  // its name until it is whole; empty: it has none
  UniqueFd folder_, file_;
  bool renames_ = false;  // false: written in place, as pipes are
  bool replaces_ = false;
  struct stat replaced_ {};  // what it was when it was looked at
};

// A path of a command line and what it is there: "--markdown", "the results file".
struct NamedPath {
  std::string what, path;
};

// Success if no two of `outputs`, and none of them and of `others`, are one file or device, also by
// another link or by a name that does not exist yet. Else a usage error that names both. Empty
// paths are left out.
Status keep_apart(std::span<const NamedPath> outputs, std::span<const NamedPath> others);

// The results file and what SQLite puts next to it, as inputs that no output may be.
[[nodiscard]] std::vector<NamedPath> results_file(const std::string& database);

// The results file is none of `inputs`, which a command measures on or reads. An empty name passes.
Status keep_results_apart(const std::string& database, std::span<const NamedPath> inputs);

}  // namespace pmembench
