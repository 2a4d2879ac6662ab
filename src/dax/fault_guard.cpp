#include "dax/fault_guard.hpp"

#include <csetjmp>
#include <csignal>
#include <cstring>
#include <mutex>

#include "base/check.hpp"

namespace pmembench {
namespace {

// What the handler must find without arguments: for each thread the copy in progress, and for the
// process the handler that was installed before.
struct GuardedCopy {
  sigjmp_buf back;
  const void* fault = nullptr;
};
thread_local GuardedCopy* current_copy = nullptr;
struct sigaction previous_action {};

void on_bus_error(int signal, siginfo_t* info, void* context) {
  if (current_copy != nullptr) {
    current_copy->fault = info->si_addr;
    siglongjmp(current_copy->back, 1);
  }
  if ((previous_action.sa_flags & SA_SIGINFO) != 0 && previous_action.sa_sigaction != nullptr) {
    previous_action.sa_sigaction(signal, info, context);
    return;
  }
  // The default again: the instruction is repeated when this returns, and ends the process.
  std::signal(signal, SIG_DFL);
}

Status install() {
  struct sigaction action {};
  action.sa_sigaction = on_bus_error;
  // SA_NODEFER: the handler is left by a jump, which does not give the signal mask back.
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  if (sigaction(SIGBUS, &action, &previous_action) != 0) {
    return environment_error("SIGBUS cannot be handled: {}", std::strerror(errno));
  }
  return {};
}

}  // namespace

Status install_fault_guard() {
  static const Status kInstalled = install();
  return kInstalled;
}

const void* run_guarded(void (*copy)(void*), void* context) {
  PMB_CHECK(current_copy == nullptr, "guarded copies are not nested");
  GuardedCopy guarded;
  if (sigsetjmp(guarded.back, 0) == 0) {
    current_copy = &guarded;
    copy(context);
  }
  current_copy = nullptr;
  return guarded.fault;
}

}  // namespace pmembench
