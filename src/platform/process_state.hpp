// ProcessState: what foreign code must leave as it found it in the process.
#pragma once

#include <sys/types.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

namespace pmembench {

// What belongs to the whole process: how signals are handled and which are blocked, its threads
// (without those that the kernel runs for io_uring) and its children.
class ProcessState {
 public:
  static ProcessState now();
  // "" if nothing that `now` has was not in `this`, else what changed, as in "started 1 thread".
  // `own_threads`: that were started since then, and not by foreign code.
  [[nodiscard]] std::string changes(const ProcessState& now, std::size_t own_threads = 0) const;
  [[nodiscard]] const std::vector<pid_t>& children() const { return children_; }

 private:
  std::array<std::uintptr_t, 65> handlers_{};
  sigset_t blocked_{};
  std::vector<pid_t> threads_;
  std::vector<pid_t> children_;
};

}  // namespace pmembench
