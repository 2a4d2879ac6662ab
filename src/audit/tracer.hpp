// Tracer: runs cases in a traced child, instruction by instruction, and reports what they did to
// the medium. Knows threads, markers and limits; judges nothing.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "audit/audit_case.hpp"
#include "audit/audit_child.hpp"
#include "audit/code_cache.hpp"
#include "audit/trace_event.hpp"
#include "audit/tracee.hpp"
#include "base/random.hpp"

namespace pmembench {

struct TraceLimits {
  std::uint64_t steps = 200'000;      // of one operation; one that makes more never ends
  std::uint64_t wait_ms = 10'000;     // for a call that is not stepped, and for a system call
  std::uint64_t helper_steps = 3000;  // that threads of the backend get after each case
};

// Why the child cannot go on: it runs no further case.
struct TraceFault {
  std::string sentence;  // "it died of SIGSEGV", without the place
  std::uint64_t ip = 0;
  std::string instruction;
};

// One change of the program under audit, made each time that the instruction at `site` is about to
// run, as if its bytes had been patched.
struct Mutation {
  enum class Kind : std::uint8_t {
    none,
    skip,       // it does nothing
    next_line,  // it works 64 bytes further on
    late        // it changes places with the next flush, fence or store to the medium
  };
  Kind kind = Kind::none;
  std::uint64_t site = 0;
};

class Tracer {
 public:
  explicit Tracer(Tracee tracee, TraceLimits limits = {});
  Tracer(Tracer&&) noexcept;
  Tracer& operator=(Tracer&&) = delete;
  ~Tracer();

  // Runs the child until it is ready for cases. Errors: what the child reported (the medium does
  // not open), or a fault, as environment errors.
  Status start();
  [[nodiscard]] const ChildFacts& facts() const { return facts_; }
  [[nodiscard]] bool has_second_thread() const { return workers_[1] != nullptr; }
  [[nodiscard]] bool has_helpers() const { return helpers_; }

  // Runs each case on its thread; two cases are interleaved, in bursts that `schedule_seed`
  // decides. Events go to `observer`, which may be null: then nothing is stepped (a warm-up). A
  // fault ends the child.
  std::optional<TraceFault> run(const std::vector<AuditCase>& cases, TraceObserver* observer,
                                std::uint64_t schedule_seed = 1);

  // Has the child return from serve_cases and end; kills it if it does not.
  void end();
  void mutate(const Mutation& mutation) { mutation_ = mutation; }
  // Of the medium, while no case runs.
  bool write_medium(std::uint64_t offset_bytes, std::span<const std::byte> bytes) const;
  bool read_medium(std::uint64_t offset_bytes, std::span<std::byte> bytes) const;

  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  [[nodiscard]] const Instruction& instruction_at(std::uint64_t ip);
  [[nodiscard]] pid_t process() const { return tracee_.process(); }

 private:
  struct Thread;

  // tracer.cpp: threads, markers, schedule.
  Thread* find(pid_t id);
  Thread& add_thread(pid_t id);
  void adopt_helpers();
  bool assign(const AuditCase& work);
  std::optional<TraceFault> advance(Thread& thread);
  std::optional<TraceFault> run_freely(Thread& thread);
  // tracer_wait.cpp: stops of one thread while others go on.
  // The next stop of `thread`; other threads' stops are dealt with meanwhile. `certain`: it comes
  // at once.
  std::optional<Stop> wait_until(const Thread& thread, bool certain, std::uint64_t limit_ms);
  // The same for what may wait for another thread. None: it is to go on when that has run.
  std::optional<Stop> wait_or_leave(Thread& thread, bool certain);
  [[nodiscard]] bool has_ended(const Stop& stop) const;
  Thread* choose(const std::vector<Thread*>& active, Random& schedule);
  [[nodiscard]] bool is_stuck(const Thread& thread) const;
  [[nodiscard]] TraceFault waits_too_long(const Thread& thread);
  void handle_other(const Stop& stop);
  void step_helpers(std::uint64_t steps);
  bool take_marker(Thread& thread);
  [[nodiscard]] TraceFault fault(const Thread& thread, std::string sentence);
  [[nodiscard]] TraceFault fault_of(const Thread& thread, const Stop& stop);

  // tracer_step.cpp: one instruction.
  std::optional<TraceFault> step(Thread& thread);
  void begin_step(Thread& thread);
  std::optional<TraceFault> finish_step(Thread& thread, const Stop& stop);
  void report_step(Thread& thread);
  void report_accesses(const Thread& thread);
  void report_system_call(Thread& thread);
  [[nodiscard]] bool in_medium(const MemoryAccess& access) const;
  [[nodiscard]] bool touches_medium(const Thread& thread) const;
  bool prepare_mutation(Thread& thread);
  void finish_mutation(Thread& thread);
  void fix_flags(Thread& thread);
  void emit(const Thread& thread, TraceEvent event);
  void emit_store(const Thread& thread, MemoryAccess access, bool past_cache);

  Tracee tracee_;
  TraceLimits limits_;
  ChildFacts facts_{};
  std::vector<std::unique_ptr<Thread>> threads_;
  std::array<Thread*, 2> workers_{};
  bool ready_ = false;
  bool helpers_ = false;  // the backend has its own threads
  std::optional<Error> failure_;
  CodeCache code_;
  std::unordered_map<std::uint64_t, std::string_view> forbidden_;
  TraceObserver* observer_ = nullptr;
  Mutation mutation_{};
  std::uint64_t steps_ = 0;
  bool others_go_on_ = false;  // two cases run at once
  std::vector<std::byte> scratch_;
};

}  // namespace pmembench
