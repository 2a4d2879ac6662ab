#include "platform/moved_thread.hpp"

#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "platform/online_cpus.hpp"

namespace pmembench {
namespace {

// 0, or an errno.
int run_on(const std::vector<int>& cpus) {
  const int capacity = *std::max_element(cpus.begin(), cpus.end()) + 1;
  const std::size_t bytes = CPU_ALLOC_SIZE(capacity);
  struct Free {
    void operator()(cpu_set_t* set) const { CPU_FREE(set); }
  };
  const std::unique_ptr<cpu_set_t, Free> set(CPU_ALLOC(capacity));
  if (!set) return ENOMEM;
  CPU_ZERO_S(bytes, set.get());
  for (const int cpu : cpus) {
    if (cpu >= 0) CPU_SET_S(static_cast<std::size_t>(cpu), bytes, set.get());
  }
  return sched_setaffinity(0, bytes, set.get()) == 0 ? 0 : errno;
}

}  // namespace

Result<MovedThread> MovedThread::onto(const std::vector<int>& cpus) {
  if (cpus.empty()) return environment_error("no CPU is there to run on; name another node");
  std::vector<int> before = allowed_cpus();
  if (const int code = run_on(cpus); code != 0) {
    Error error =
        environment_error("the thread cannot run on CPU {}: {}; allow it (taskset, cpuset)",
                          cpus.front(), std::strerror(code));
    error.code = code;
    return error;
  }
  return MovedThread(std::move(before));
}

MovedThread::MovedThread(MovedThread&& other) noexcept
    : before_(std::exchange(other.before_, {})) {}

MovedThread::~MovedThread() {
  if (!before_.empty()) run_on(before_);
}

}  // namespace pmembench
