#include "audit/tracee.hpp"

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <system_error>
#include <utility>

namespace pmembench {
namespace {

constexpr std::int64_t kLookAgain_ms = 10;

constexpr int kRefusedStatus = 113;  // of a child that may not be traced

// Forks are not among them: until the child is ready it may try plugins in separate processes.
constexpr unsigned long kOptions =
    PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD;
constexpr int kCallStop = SIGTRAP | 0x80;  // of PTRACE_O_TRACESYSGOOD

sigset_t only_sigchld() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  return set;
}

void* as_pointer(unsigned long value) {
  return reinterpret_cast<void*>(value);  // NOLINT: ptrace takes numbers as pointers
}

// noexcept: an exception of the body must end the child, not unwind into a copy of the parent.
[[noreturn]] void run_body(const std::function<void()>& body) noexcept {
  const sigset_t set = only_sigchld();
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS}) {
    std::signal(signal, SIG_DFL);
  }
  if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(kRefusedStatus);
  raise(SIGSTOP);
  body();
  _exit(0);
}

Stop stop_of(pid_t thread, int status) {
  if (WIFEXITED(status)) return {Stop::Kind::exited, thread, WEXITSTATUS(status)};
  if (WIFSIGNALED(status)) return {Stop::Kind::killed, thread, WTERMSIG(status)};
  const int event = status >> 16;
  if (event == 0) {
    const int signal = WSTOPSIG(status);
    if (signal == kCallStop) return {Stop::Kind::system_call, thread, 0};
    const auto kind = signal == SIGTRAP ? Stop::Kind::trap : Stop::Kind::signal;
    return {kind, thread, signal};
  }
  if (event == PTRACE_EVENT_EXEC) return {Stop::Kind::executed, thread, 0};
  unsigned long made = 0;
  ptrace(PTRACE_GETEVENTMSG, thread, nullptr, &made);
  const auto kind = event == PTRACE_EVENT_CLONE ? Stop::Kind::new_thread : Stop::Kind::new_process;
  return {kind, thread, static_cast<int>(made)};
}

}  // namespace

Error ptrace_forbidden(int code) {
  return environment_error(
      "ptrace is not permitted here ({}), and without it no instruction can be watched: a "
      "container's seccomp profile or kernel.yama.ptrace_scope forbids it; allow it with --cap-add "
      "SYS_PTRACE, or run on the host",
      std::generic_category().message(code));
}

Tracee::Tracee(pid_t process) : process_(process) {}

Tracee::Tracee(Tracee&& other) noexcept
    : process_(std::exchange(other.process_, 0)),
      restore_signals_(std::exchange(other.restore_signals_, false)) {}

Tracee::~Tracee() {
  kill_all();
  if (!restore_signals_) return;
  const sigset_t set = only_sigchld();
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

Result<Tracee> Tracee::start(const std::function<void()>& body) {
  sigset_t before;
  const sigset_t set = only_sigchld();
  sigprocmask(SIG_BLOCK, &set, &before);
  const bool restore = sigismember(&before, SIGCHLD) == 0;
  std::fflush(nullptr);  // a child that calls exit() would print what is buffered once more
  const pid_t process = fork();
  if (process == 0) run_body(body);
  if (process < 0) {
    const int code = errno;
    if (restore) sigprocmask(SIG_SETMASK, &before, nullptr);
    return environment_error("no process for the audit: {}", std::generic_category().message(code));
  }
  Tracee tracee(process);
  tracee.restore_signals_ = restore;
  int status = 0;
  while (waitpid(process, &status, __WALL) < 0 && errno == EINTR) {
  }
  if (!WIFSTOPPED(status)) {
    tracee.process_ = 0;
    return ptrace_forbidden(EPERM);
  }
  if (ptrace(PTRACE_SETOPTIONS, process, nullptr, as_pointer(kOptions)) != 0) {
    return ptrace_forbidden(errno);
  }
  return tracee;
}

void Tracee::resume(pid_t thread, bool step, int signal) const {
  ptrace(step ? PTRACE_SINGLESTEP : PTRACE_CONT, thread, nullptr,
         as_pointer(static_cast<unsigned long>(signal)));
}

void Tracee::resume_to_call(pid_t thread, int signal) const {
  ptrace(PTRACE_SYSCALL, thread, nullptr, as_pointer(static_cast<unsigned long>(signal)));
}

void Tracee::release(pid_t process) const {
  int status = 0;
  while (waitpid(process, &status, __WALL) < 0 && errno == EINTR) {
  }
  if (WIFSTOPPED(status)) ptrace(PTRACE_DETACH, process, nullptr, nullptr);
}

Stop Tracee::wait_for(pid_t thread) const {
  int status = 0;
  while (waitpid(thread, &status, __WALL) < 0) {
    if (errno != EINTR) return {Stop::Kind::killed, thread, SIGKILL};
  }
  return stop_of(thread, status);
}

std::optional<Stop> Tracee::stop_of_now(pid_t thread) const {
  int status = 0;
  if (waitpid(thread, &status, __WALL | WNOHANG) != thread) return std::nullopt;
  return stop_of(thread, status);
}

std::optional<Stop> Tracee::wait_any(std::uint64_t limit_ms) const {
  const sigset_t set = only_sigchld();
  timespec end{};
  clock_gettime(CLOCK_MONOTONIC, &end);
  const auto left_ms = [&] {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const std::int64_t gone_ms =
        (now.tv_sec - end.tv_sec) * 1000 + (now.tv_nsec - end.tv_nsec) / 1'000'000;
    return static_cast<std::int64_t>(limit_ms) - gone_ms;
  };
  for (;;) {
    int status = 0;
    const pid_t thread = waitpid(-1, &status, __WALL | WNOHANG);
    if (thread > 0) return stop_of(thread, status);
    if (thread < 0 && errno != EINTR) return Stop{Stop::Kind::killed, process_, SIGKILL};
    const std::int64_t left = limit_ms == 0 ? 0 : left_ms();
    if (left <= 0) return std::nullopt;
    // A notice can be lost, to another thread of this process or to a change of its mask: look again
    // soon.
    const std::int64_t soon = std::min(left, kLookAgain_ms);
    const timespec limit{soon / 1000, soon % 1000 * 1'000'000};
    sigtimedwait(&set, nullptr, &limit);
  }
}

void Tracee::interrupt(pid_t thread) const { syscall(SYS_tgkill, process_, thread, SIGSTOP); }

void Tracee::watch_forks(pid_t thread) const {
  ptrace(PTRACE_SETOPTIONS, thread, nullptr,
         as_pointer(kOptions | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK));
}

void Tracee::kill_all() {
  if (process_ == 0) return;
  kill(process_, SIGKILL);
  for (;;) {
    int status = 0;
    const pid_t thread = waitpid(-1, &status, __WALL);
    if (thread < 0 && errno == EINTR) continue;
    if (thread < 0 || (thread == process_ && !WIFSTOPPED(status))) break;
    if (WIFSTOPPED(status)) resume(thread, false);
  }
  process_ = 0;
}

void Tracee::kill_other(pid_t process) const {
  kill(process, SIGKILL);
  int status = 0;
  while (waitpid(process, &status, __WALL) == process && WIFSTOPPED(status)) {
    resume(process, false);
  }
}

bool Tracee::get_registers(pid_t thread, user_regs_struct* registers) const {
  return ptrace(PTRACE_GETREGS, thread, nullptr, registers) == 0;
}

bool Tracee::set_registers(pid_t thread, const user_regs_struct& registers) const {
  user_regs_struct copy = registers;
  return ptrace(PTRACE_SETREGS, thread, nullptr, &copy) == 0;
}

ExtendedState Tracee::extended_state(pid_t thread) const {
  std::vector<std::byte> area(16384);
  iovec part{area.data(), area.size()};
  if (ptrace(PTRACE_GETREGSET, thread, as_pointer(NT_X86_XSTATE), &part) != 0) part.iov_len = 0;
  area.resize(part.iov_len);
  return ExtendedState(std::move(area));
}

bool Tracee::set_extended_state(pid_t thread, const ExtendedState& state) const {
  std::vector<std::byte> area(state.bytes().begin(), state.bytes().end());
  iovec part{area.data(), area.size()};
  return ptrace(PTRACE_SETREGSET, thread, as_pointer(NT_X86_XSTATE), &part) == 0;
}

std::size_t Tracee::read_some(std::uint64_t address, std::span<std::byte> to) const {
  const iovec local{to.data(), to.size()};
  const iovec remote{as_pointer(address), to.size()};
  const ssize_t got = process_vm_readv(process_, &local, 1, &remote, 1, 0);
  if (got == static_cast<ssize_t>(to.size())) return to.size();
  std::size_t done = 0;  // the far end is not mapped, or the call is forbidden: word by word
  while (done < to.size()) {
    errno = 0;
    const long word = ptrace(PTRACE_PEEKDATA, process_, as_pointer(address + done), nullptr);
    if (errno != 0) break;
    const auto bytes = std::as_bytes(std::span(&word, 1));
    const std::size_t count = std::min(bytes.size(), to.size() - done);
    std::copy_n(bytes.begin(), count, to.begin() + static_cast<std::ptrdiff_t>(done));
    done += count;
  }
  return done;
}

bool Tracee::read(std::uint64_t address, std::span<std::byte> to) const {
  return read_some(address, to) == to.size();
}

bool Tracee::write(std::uint64_t address, std::span<const std::byte> from) const {
  std::vector<std::byte> copy(from.begin(), from.end());
  const iovec local{copy.data(), copy.size()};
  const iovec remote{as_pointer(address), copy.size()};
  return process_vm_writev(process_, &local, 1, &remote, 1, 0) == static_cast<ssize_t>(copy.size());
}

}  // namespace pmembench
