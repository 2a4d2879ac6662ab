// MovedThread: the calling thread on other CPUs for a while.
#pragma once

#include <vector>

#include "base/result.hpp"

namespace pmembench {

// While it lives the thread that made it runs on `cpus` alone, and threads that it makes do so,
// too; then it runs where it ran before. To be made and destroyed on one thread. Move-only.
class MovedThread {
 public:
  // Environment error: no CPU is named, or the host forbids it.
  static Result<MovedThread> onto(const std::vector<int>& cpus);
  MovedThread(MovedThread&& other) noexcept;
  MovedThread(const MovedThread&) = delete;
  MovedThread& operator=(const MovedThread&) = delete;
  MovedThread& operator=(MovedThread&&) = delete;
  ~MovedThread();

 private:
  explicit MovedThread(std::vector<int> before) : before_(std::move(before)) {}
  std::vector<int> before_;  // empty: nothing is to be done
};

}  // namespace pmembench
