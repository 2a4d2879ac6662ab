// Tracee: a child process under ptrace. Starts it, stops and resumes its threads, reads and writes
// it.
#pragma once

#include <sys/types.h>
#include <sys/user.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "audit/registers.hpp"
#include "base/result.hpp"

namespace pmembench {

// Why a thread of the child stopped, or that it ended.
struct Stop {
  enum class Kind : std::uint8_t {
    trap,         // SIGTRAP: one step was made, or a breakpoint was met
    signal,       // `value` is the signal
    new_thread,   // `value` is its id; it is traced and will report its first stop
    new_process,  // the same for fork and vfork
    executed,     // another program begins
    system_call,  // after resume_to_call: it enters one, or leaves it
    exited,       // `value` is the exit status
    killed        // `value` is the signal
  };
  Kind kind = Kind::trap;
  pid_t thread = 0;
  int value = 0;
};

// One thread of the caller uses a Tracee, from start to end, and has no other children meanwhile.
// SIGCHLD is blocked in that thread as long as the Tracee lives.
class Tracee {
 public:
  // Forks; the child asks to be traced, stops, and runs `body`, which may exec. On return the child
  // is stopped before `body`. Error (environment): the kernel does not permit ptrace here.
  static Result<Tracee> start(const std::function<void()>& body);
  Tracee(Tracee&& other) noexcept;
  Tracee& operator=(Tracee&&) = delete;
  ~Tracee();  // kills it

  [[nodiscard]] pid_t process() const { return process_; }
  // Lets a stopped thread run, by one instruction if `step`; delivers `signal` unless 0.
  void resume(pid_t thread, bool step, int signal = 0) const;
  // Lets it run to the next entry or end of a system call.
  void resume_to_call(pid_t thread, int signal) const;
  // Lets a process go that a traced one forked: it runs on, unseen.
  void release(pid_t process) const;
  // The next stop of this thread. Blocks: only where the kernel is certain to report one soon.
  [[nodiscard]] Stop wait_for(pid_t thread) const;
  // Its next stop, if it has happened already.
  [[nodiscard]] std::optional<Stop> stop_of_now(pid_t thread) const;
  // The next stop of any thread; none within the limit (0: one that has happened already).
  [[nodiscard]] std::optional<Stop> wait_any(std::uint64_t limit_ms) const;
  // Has a running thread stop by SIGSTOP.
  void interrupt(pid_t thread) const;
  // From now on forks of this thread are reported too.
  void watch_forks(pid_t thread) const;
  void kill_all();
  void kill_other(pid_t process) const;  // that the child forked

  bool get_registers(pid_t thread, user_regs_struct* registers) const;
  bool set_registers(pid_t thread, const user_regs_struct& registers) const;
  [[nodiscard]] ExtendedState extended_state(pid_t thread) const;
  bool set_extended_state(pid_t thread, const ExtendedState& state) const;
  // Whole or not at all.
  bool read(std::uint64_t address, std::span<std::byte> to) const;
  bool write(std::uint64_t address, std::span<const std::byte> from) const;
  // As many bytes as can be read from there on: code near the end of a mapping.
  [[nodiscard]] std::size_t read_some(std::uint64_t address, std::span<std::byte> to) const;

 private:
  explicit Tracee(pid_t process);
  pid_t process_ = 0;
  bool restore_signals_ = false;  // SIGCHLD was not blocked before
};

// The sentence for a host that forbids ptrace; `code` is the errno.
[[nodiscard]] Error ptrace_forbidden(int code);

}  // namespace pmembench
