// process_files: what other processes keep in memory files (memfd), by the name of the file.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.hpp"

namespace pmembench {

struct ProcessFile {
  pid_t pid = 0;
  std::string process;  // the name of its program, printable
  std::string text;     // what the file holds
};

// The memory files called `name` of process `pid` and of its children. Empty: there are none, or
// the process belongs to another user.
[[nodiscard]] std::vector<ProcessFile> memory_files(const std::string& root, pid_t pid,
                                                    std::string_view name);

// Does the process exist?
[[nodiscard]] bool process_exists(const std::string& root, pid_t pid);

// A new memory file of this process; -1 where the kernel has none.
[[nodiscard]] UniqueFd make_memory_file(const std::string& name);

// Replaces what the file holds. A reader in between may see part of it.
void rewrite_file(const UniqueFd& file, std::string_view text);

}  // namespace pmembench
