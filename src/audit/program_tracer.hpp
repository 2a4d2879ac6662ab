// ProgramTracer: runs a program, steps it while watched files are mapped, and reports to a
// ProgramJudge what it did to them. One thread of it runs at a time, except for system calls that
// wait.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "audit/code_cache.hpp"
#include "audit/program_judge.hpp"
#include "audit/tracee.hpp"
#include "audit/watched_files.hpp"

namespace pmembench {

class ProgramTracer {
 public:
  ProgramTracer(Tracee tracee, WatchedFiles& files, ProgramJudge& judge, std::uint64_t most_steps);

  // Until the program is over. `at_end` is called before its memory goes, while instructions can
  // still be named; more than once where a signal did not end it after all.
  void run(const std::function<void()>& at_end);

  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  [[nodiscard]] const std::string& ended() const { return ended_; }
  // Why what was seen is not all; empty: it is.
  [[nodiscard]] const std::string& not_followed() const { return not_followed_; }
  [[nodiscard]] const Instruction& instruction_at(std::uint64_t ip) {
    return code_.at(tracee_, ip);
  }
  [[nodiscard]] pid_t process() const { return tracee_.process(); }

 private:
  struct Thread {
    pid_t id = 0;
    unsigned number = 0;
    bool running = false;
    bool in_call = false;               // not stepped: it stopped at the entry of a system call
    bool signalled = false;             // the step under way began with a signal
    int signal = 0;                     // to be delivered when it goes on
    std::uint64_t ip = 0, next_ip = 0;  // next_ip 0: unknown
    const Instruction* instruction = nullptr;
    user_regs_struct registers{};
    std::vector<MemoryAccess> accesses;
  };

  Thread& thread_of(pid_t id);
  Thread* next_stopped();
  void resume(Thread& thread);
  void begin_step(Thread& thread);
  void step(Thread& thread);
  void finish_step(Thread& thread);
  void take(const Stop& stop);
  void take_signal(Thread& thread, int signal);
  void take_end(const Stop& stop);
  void take_call_stop(Thread& thread);
  void report_accesses(const Thread& thread);
  void report_store(const Thread& thread, const FilePlace& place, bool past_cache);
  void clear_pushed_flag();
  // A system call that returned.
  void on_call(const Thread& thread, std::uint64_t number, std::int64_t result);
  void on_mapping(const Thread& thread, std::uint64_t number, std::int64_t result);
  void on_sync(const Thread& thread, std::uint64_t number);
  void on_write(const Thread& thread, std::uint64_t number, std::int64_t result);
  void watch(const FilePlace& place);
  void begin_stepping();
  void give_up(std::string why);
  void emit_fence(const Thread& thread, bool implied);

  Tracee tracee_;
  WatchedFiles& files_;
  ProgramJudge& judge_;
  std::uint64_t most_steps_;
  CodeCache code_;
  std::deque<Thread> threads_;  // references stay valid
  std::size_t last_ = 0;        // whose turn it was
  bool stepping_ = false;
  bool over_ = false;
  std::uint64_t steps_ = 0;
  std::string ended_, not_followed_;
  const std::function<void()>* at_end_ = nullptr;
  std::vector<std::byte> scratch_;
};

}  // namespace pmembench
