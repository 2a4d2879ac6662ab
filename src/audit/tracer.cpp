#include "audit/tracer.hpp"

#include <sys/ptrace.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <utility>

#include "audit/tracer_thread.hpp"

namespace pmembench {
namespace {

constexpr std::byte kBreakpoint{0xCC};
constexpr unsigned long long kTrapFlag = 0x100;
constexpr std::uint64_t kLongestBurst = 24;  // steps of one thread while two are interleaved

bool ends_the_process(int signal) {
  return signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE || signal == SIGILL ||
         signal == SIGABRT || signal == SIGSYS || signal == SIGTRAP;
}

std::string signal_name(int signal) {
  const char* name = sigabbrev_np(signal);
  return name == nullptr ? std::to_string(signal) : "SIG" + std::string(name);
}

}  // namespace

Tracer::Tracer(Tracee tracee, TraceLimits limits) : tracee_(std::move(tracee)), limits_(limits) {
  add_thread(tracee_.process());
}
Tracer::Tracer(Tracer&&) noexcept = default;
Tracer::~Tracer() = default;

Tracer::Thread* Tracer::find(pid_t id) {
  for (const auto& thread : threads_) {
    if (thread->id == id && thread->alive) return thread.get();
  }
  return nullptr;
}

Tracer::Thread& Tracer::add_thread(pid_t id) {
  if (Thread* known = find(id); known != nullptr) return *known;
  threads_.push_back(std::make_unique<Thread>());
  Thread& thread = *threads_.back();
  thread.id = id;
  thread.number = static_cast<unsigned>(threads_.size()) + 1;  // a helper's, until it asks
  return thread;
}

TraceFault Tracer::fault(const Thread& thread, std::string sentence) {
  TraceFault found{std::move(sentence), 0, ""};
  user_regs_struct registers{};
  if (tracee_.get_registers(thread.id, &registers)) {
    found.ip = registers.rip;
    found.instruction = instruction_at(registers.rip).text;
  } else {
    found.ip = thread.ip;
    if (thread.instruction != nullptr) found.instruction = thread.instruction->text;
  }
  return found;
}

TraceFault Tracer::fault_of(const Thread& thread, const Stop& stop) {
  switch (stop.kind) {
    case Stop::Kind::exited:
      return fault(thread, fmt::format("it ended the process with exit status {}", stop.value));
    case Stop::Kind::killed:
    case Stop::Kind::signal:
      return fault(thread, "it died of " + signal_name(stop.value));
    case Stop::Kind::trap:
      return fault(thread, "it raised SIGTRAP, by the trap flag or its own breakpoint");
    default:
      return fault(thread, "it stopped for an unknown reason");
  }
}

// The registers are those behind the breakpoint.
bool Tracer::take_marker(Thread& thread) {
  if (!tracee_.get_registers(thread.id, &thread.registers)) return false;
  const user_regs_struct& registers = thread.registers;
  std::array<std::byte, 1> before{};
  if (!tracee_.read(registers.rip - 1, before) || before[0] != kBreakpoint) return false;
  TraceEvent event;
  switch (static_cast<Marker>(registers.rax)) {
    case Marker::ready:
      if (!tracee_.read(registers.rdi, std::as_writable_bytes(std::span(&facts_, 1)))) return false;
      ready_ = true;
      return true;
    case Marker::failed: {
      std::string text(std::min<std::uint64_t>(registers.rsi, 4096), ' ');
      tracee_.read(registers.rdi, std::as_writable_bytes(std::span(text)));
      failure_ = Error{static_cast<ErrorKind>(registers.rdx & 0xFF), text,
                       static_cast<int>(registers.rdx >> 8)};
      return true;
    }
    case Marker::ask:
      thread.phase = Thread::Phase::asking;
      thread.slot = registers.rdi;
      return true;
    case Marker::begin:
      thread.phase = observer_ == nullptr ? Thread::Phase::free : Thread::Phase::section;
      thread.section_steps = 0;
      thread.next_ip = registers.rip;
      thread.postponed = false;
      event.kind = TraceEvent::Kind::begin;
      event.number = registers.rdi;
      emit(thread, event);
      return true;
    case Marker::end:
      thread.phase = Thread::Phase::free;
      if ((registers.eflags & kTrapFlag) != 0) {
        // A popf was stepped: the kernel then takes its own trap flag for the program's.
        thread.registers.eflags &= ~kTrapFlag;
        tracee_.set_registers(thread.id, thread.registers);
      }
      event.kind = TraceEvent::Kind::end;
      event.result = static_cast<std::int64_t>(registers.rdi);
      emit(thread, event);
      return true;
  }
  return false;
}

Status Tracer::start() {
  tracee_.resume(threads_.front()->id, false);
  bool second = false;
  for (;;) {
    const std::optional<Stop> stop = tracee_.wait_any(limits_.wait_ms);
    if (!stop) {
      tracee_.kill_all();
      return environment_error("it hung while it opened its medium: not done after {} ms",
                               limits_.wait_ms);
    }
    Thread& thread = add_thread(stop->thread);
    const bool was_ready = ready_;
    if (stop->kind == Stop::Kind::new_thread) add_thread(stop->value);
    if (stop->kind == Stop::Kind::exited || stop->kind == Stop::Kind::killed) {
      thread.alive = false;
      if (thread.id != tracee_.process()) continue;
      return environment_error("{} while it opened its medium", fault_of(thread, *stop).sentence);
    }
    if (stop->kind == Stop::Kind::signal && ends_the_process(stop->value)) {
      const TraceFault found = fault_of(thread, *stop);
      return environment_error("{} while it opened its medium (at {})", found.sentence,
                               found.instruction);
    }
    if (stop->kind == Stop::Kind::trap && !take_marker(thread)) {
      return environment_error("{} while it opened its medium", fault_of(thread, *stop).sentence);
    }
    if (failure_) {
      tracee_.kill_all();
      return *failure_;
    }
    if (ready_ && !was_ready) second = thread.registers.rsi != 0;
    if (thread.phase == Thread::Phase::asking) {
      const std::size_t index = thread.id == tracee_.process() ? 0 : 1;
      workers_[index] = &thread;
      thread.number = static_cast<unsigned>(index);
      if (workers_[0] != nullptr && (workers_[1] != nullptr || !second)) break;
      continue;
    }
    const bool pass_on = stop->kind == Stop::Kind::signal && stop->value != SIGSTOP;
    tracee_.resume(thread.id, false, pass_on ? stop->value : 0);
  }
  adopt_helpers();
  return {};
}

// From now on the backend's own threads run step by step, so that none of their stores is missed.
void Tracer::adopt_helpers() {
  for (std::size_t i = 0; i < kForbiddenFunctions; ++i) {
    if (facts_.forbidden[i] != 0) forbidden_.emplace(facts_.forbidden[i], kForbiddenNames[i]);
  }
  for (const auto& thread : threads_) {
    if (!thread->alive) continue;
    if (thread->phase == Thread::Phase::asking) {
      tracee_.watch_forks(thread->id);
      continue;
    }
    thread->phase = Thread::Phase::helper;
    thread->running = true;
    helpers_ = true;
    tracee_.interrupt(thread->id);
  }
}

void Tracer::handle_other(const Stop& stop) {
  if (stop.kind == Stop::Kind::exited || stop.kind == Stop::Kind::killed) {
    if (Thread* gone = find(stop.thread); gone != nullptr) gone->alive = false;
    return;
  }
  Thread& thread = add_thread(stop.thread);
  thread.running = false;
  if (thread.phase == Thread::Phase::unknown) thread.phase = Thread::Phase::helper;
  helpers_ = true;
  if (stop.kind == Stop::Kind::new_thread) add_thread(stop.value);
  if (stop.kind == Stop::Kind::new_process) tracee_.kill_other(stop.value);
  if (stop.kind == Stop::Kind::trap && thread.instruction != nullptr) {
    if (finish_step(thread, stop)) return;
  }
  if (stop.kind == Stop::Kind::signal && ends_the_process(stop.value)) {
    tracee_.resume(thread.id, false, stop.value);  // it ends all of them: the worker's wait sees it
    return;
  }
  begin_step(thread);
}

// After a case: what the backend's own threads do late is part of it.
void Tracer::step_helpers(std::uint64_t steps) {
  if (!helpers_) return;
  constexpr std::uint64_t kQuiet_ms = 2;  // none stepped for so long: they wait for something
  const std::uint64_t end = steps_ + steps;
  while (steps_ < end) {
    const std::optional<Stop> stop = tracee_.wait_any(kQuiet_ms);
    if (!stop) return;
    handle_other(*stop);
    if (stop->thread == tracee_.process() && stop->kind == Stop::Kind::killed) return;
  }
}

std::optional<TraceFault> Tracer::run_freely(Thread& thread) {
  int signal = 0;
  for (;;) {
    if (!thread.waiting) tracee_.resume(thread.id, false, signal);
    const std::optional<Stop> stop = wait_or_leave(thread, false);
    if (!stop && others_go_on_) return std::nullopt;
    if (!stop) return waits_too_long(thread);
    signal = 0;
    switch (stop->kind) {
      case Stop::Kind::trap:
        if (take_marker(thread)) return std::nullopt;
        return fault_of(thread, *stop);
      case Stop::Kind::signal:
        if (ends_the_process(stop->value)) return fault_of(thread, *stop);
        if (stop->value != SIGSTOP) signal = stop->value;
        break;
      case Stop::Kind::new_thread:
        add_thread(stop->value);
        helpers_ = true;
        break;
      case Stop::Kind::new_process:
        tracee_.kill_other(stop->value);
        break;
      case Stop::Kind::executed:
        break;
      default:
        return fault_of(thread, *stop);
    }
  }
}

std::optional<TraceFault> Tracer::advance(Thread& thread) {
  return thread.phase == Thread::Phase::section ? step(thread) : run_freely(thread);
}

bool Tracer::assign(const AuditCase& work) {
  Thread* const thread = workers_[work.thread];
  PMB_CHECK(thread != nullptr && thread->phase == Thread::Phase::asking,
            "a case for a thread that does not wait for one");
  if (!tracee_.write(thread->slot, std::as_bytes(std::span(&work, 1)))) return false;
  thread->registers.rax = 1;
  thread->phase = Thread::Phase::free;
  return tracee_.set_registers(thread->id, thread->registers);
}

std::optional<TraceFault> Tracer::run(const std::vector<AuditCase>& cases, TraceObserver* observer,
                                      std::uint64_t schedule_seed) {
  observer_ = observer;
  std::vector<Thread*> active;
  for (const AuditCase& work : cases) {
    if (!assign(work)) return fault(*workers_[work.thread], "its memory cannot be written");
    active.push_back(workers_[work.thread]);
  }
  Random schedule(schedule_seed);
  while (!active.empty()) {
    others_go_on_ = active.size() > 1;
    Thread* const chosen = choose(active, schedule);
    if (chosen == nullptr) return waits_too_long(*active.front());
    Thread& thread = *chosen;
    std::uint64_t burst = others_go_on_ ? 1 + schedule.below(kLongestBurst) : UINT64_MAX;
    for (; burst > 0 && thread.phase != Thread::Phase::asking; --burst) {
      if (auto found = advance(thread); found) return found;
      if (thread.waiting) break;
    }
    if (thread.phase == Thread::Phase::asking) std::erase(active, chosen);
  }
  others_go_on_ = false;
  step_helpers(limits_.helper_steps);
  observer_ = nullptr;
  return std::nullopt;
}

void Tracer::end() {
  for (Thread* const thread : workers_) {
    if (thread == nullptr || thread->phase != Thread::Phase::asking) continue;
    thread->registers.rax = 0;
    tracee_.set_registers(thread->id, thread->registers);
    tracee_.resume(thread->id, false);
  }
  constexpr std::uint64_t kGoodbye_ms = 2000;
  for (;;) {
    const std::optional<Stop> stop = tracee_.wait_any(kGoodbye_ms);
    if (!stop) break;
    const bool over = stop->kind == Stop::Kind::exited || stop->kind == Stop::Kind::killed;
    if (over && stop->thread == tracee_.process()) break;
    if (!over)
      tracee_.resume(stop->thread, false, stop->kind == Stop::Kind::signal ? stop->value : 0);
  }
  tracee_.kill_all();
}

bool Tracer::write_medium(std::uint64_t offset_bytes, std::span<const std::byte> bytes) const {
  return facts_.address == 0 || tracee_.write(facts_.address + offset_bytes, bytes);
}

bool Tracer::read_medium(std::uint64_t offset_bytes, std::span<std::byte> bytes) const {
  return facts_.address != 0 && tracee_.read(facts_.address + offset_bytes, bytes);
}

}  // namespace pmembench
