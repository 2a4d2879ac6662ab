#include "platform/process_state.hpp"

#include <fmt/core.h>
#include <pthread.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace pmembench {
namespace {

std::size_t threads_of_process() {
  std::size_t count = 0;
  std::error_code error;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", error)) {
    std::ifstream file(task.path() / "comm");
    std::string name;
    if (std::getline(file, name) && !name.starts_with("iou-")) ++count;
  }
  return count;
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
  if (now.threads_ > threads_ + own_threads) {
    const std::size_t more = now.threads_ - threads_ - own_threads;
    return fmt::format("started {} thread{}", more, more == 1 ? "" : "s");
  }
  const auto is_new = [&](pid_t child) {
    return std::find(children_.begin(), children_.end(), child) == children_.end();
  };
  const auto left = std::count_if(now.children_.begin(), now.children_.end(), is_new);
  if (left == 0) return {};
  return fmt::format("left {} child process{}", left, left == 1 ? "" : "es");
}

}  // namespace pmembench
