#include "platform/process_state.hpp"

#include <fmt/core.h>
#include <pthread.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <system_error>

namespace pmembench {
namespace {

// Flags of a task in its stat (man proc_pid_stat, field 9; include/linux/sched.h).
constexpr unsigned kExiting = 0x4, kWorkerOfIoUring = 0x10;

// Its flags, or nothing for a thread that has gone meanwhile. A name may hold blanks and brackets.
std::optional<unsigned> flags_of_task(const std::filesystem::path& task) {
  std::ifstream file(task / "stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  std::string skipped;
  for (int field = 3; field < 9; ++field) fields >> skipped;
  unsigned flags = 0;
  if (!(fields >> flags)) return std::nullopt;
  return flags;
}

// A thread that was joined may still be listed while the kernel takes it down.
std::vector<pid_t> threads_of_process() {
  std::vector<pid_t> threads;
  std::error_code error;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", error)) {
    const std::optional<unsigned> flags = flags_of_task(task.path());
    if (!flags || (*flags & (kExiting | kWorkerOfIoUring)) != 0) continue;
    threads.push_back(static_cast<pid_t>(std::stol(task.path().filename())));
  }
  return threads;
}

std::vector<pid_t> children_of_process() {
  std::vector<pid_t> children;
  std::error_code error;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", error)) {
    std::ifstream file(task.path() / "children");
    for (pid_t child = 0; file >> child;) children.push_back(child);
  }
  return children;
}

std::size_t count_new(const std::vector<pid_t>& before, const std::vector<pid_t>& now) {
  return static_cast<std::size_t>(std::count_if(now.begin(), now.end(), [&](pid_t each) {
    return std::find(before.begin(), before.end(), each) == before.end();
  }));
}

std::string signal_name(int signal) {
  const char* const name = sigabbrev_np(signal);
  return name == nullptr ? std::to_string(signal) : std::string("SIG") + name;
}

}  // namespace

ProcessState ProcessState::now() {
  ProcessState state;
  for (int signal = 1; signal < static_cast<int>(state.handlers_.size()); ++signal) {
    struct sigaction action {};
    // SIGBUS is handled by pmembench itself, from the first guarded copy on.
    if (signal == SIGBUS || sigaction(signal, nullptr, &action) != 0) continue;
    // An ignored signal and one whose handler is SIG_DFL have small numbers, which differ.
    state.handlers_[static_cast<std::size_t>(signal)] =
        reinterpret_cast<std::uintptr_t>(action.sa_sigaction);
  }
  sigemptyset(&state.blocked_);
  pthread_sigmask(SIG_SETMASK, nullptr, &state.blocked_);
  state.threads_ = threads_of_process();
  state.children_ = children_of_process();
  return state;
}

std::string ProcessState::changes(const ProcessState& now, std::size_t own_threads) const {
  for (std::size_t signal = 1; signal < handlers_.size(); ++signal) {
    const int number = static_cast<int>(signal);
    if (handlers_[signal] != now.handlers_[signal]) {
      return "changed the handling of " + signal_name(number);
    }
    if (sigismember(&blocked_, number) != sigismember(&now.blocked_, number)) {
      return "changed whether " + signal_name(number) + " is blocked";
    }
  }
  const std::size_t started = count_new(threads_, now.threads_);
  if (started > own_threads) {
    const std::size_t more = started - own_threads;
    return fmt::format("started {} thread{}", more, more == 1 ? "" : "s");
  }
  const std::size_t left = count_new(children_, now.children_);
  if (left == 0) return {};
  return fmt::format("left {} child process{}", left, left == 1 ? "" : "es");
}

}  // namespace pmembench
