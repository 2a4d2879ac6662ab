// The tracer's waiting: for a stop of one thread, while others of the child go on or wait for it.
#include <linux/futex.h>
#include <sys/syscall.h>

#include <utility>

#include "audit/tracer.hpp"
#include "audit/tracer_thread.hpp"

namespace pmembench {
namespace {

// After that a call of one of two threads is taken to wait for the other, which goes on.
constexpr std::uint64_t kPatience_ms = 5;
// Of a wait that only a thread of the same process can end, and none of them runs.
constexpr std::uint64_t kStuck_ms = 1000;

}  // namespace

// All of the process, not one thread of it.
bool Tracer::has_ended(const Stop& stop) const {
  return stop.thread == tracee_.process() &&
         (stop.kind == Stop::Kind::exited || stop.kind == Stop::Kind::killed);
}

std::optional<Stop> Tracer::wait_until(const Thread& thread, bool certain, std::uint64_t limit_ms) {
  if (certain && !helpers_) return tracee_.wait_for(thread.id);
  for (;;) {
    const std::optional<Stop> stop = tracee_.wait_any(limit_ms);
    if (!stop || stop->thread == thread.id) return stop;
    if (has_ended(*stop)) return stop;
    Thread* const other = find(stop->thread);
    if (other != nullptr && other->waiting) {
      other->arrived = stop;
    } else {
      handle_other(*stop);
    }
  }
}

std::optional<Stop> Tracer::wait_or_leave(Thread& thread, bool certain) {
  std::optional<Stop> stop = std::exchange(thread.arrived, std::nullopt);
  const std::uint64_t limit_ms = others_go_on_      ? kPatience_ms
                                 : is_stuck(thread) ? kStuck_ms
                                                    : limits_.wait_ms;
  if (!stop) stop = wait_until(thread, certain, limit_ms);
  thread.waiting = !stop;
  return stop;
}

// A lock of this process, waited for without a limit, while no other thread runs.
bool Tracer::is_stuck(const Thread& thread) const {
  const bool calls = thread.phase == Thread::Phase::section && thread.instruction != nullptr &&
                     thread.instruction->kind == Instruction::Kind::system_call;
  if (!calls || helpers_ || thread.registers.rax != SYS_futex) return false;
  const auto operation = static_cast<int>(thread.registers.rsi);
  const int command = operation & FUTEX_CMD_MASK;
  const bool waits =
      command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET || command == FUTEX_LOCK_PI;
  return waits && (operation & FUTEX_PRIVATE_FLAG) != 0 && thread.registers.r10 == 0;
}

TraceFault Tracer::waits_too_long(const Thread& thread) {
  if (is_stuck(thread)) {
    return fault(thread, "it waits for a lock that no thread holds which could release it");
  }
  if (thread.phase == Thread::Phase::section) {
    return fault(thread, fmt::format("it waits in system call {} for more than {} ms",
                                     thread.registers.rax, limits_.wait_ms));
  }
  return fault(thread, fmt::format("it did not return within {} ms", limits_.wait_ms));
}

// One of those that can go on; null: all of them wait, and none stopped within the limit.
Tracer::Thread* Tracer::choose(const std::vector<Thread*>& active, Random& schedule) {
  std::vector<Thread*> ready;
  bool stuck = true;
  for (Thread* const thread : active) {
    if (thread->waiting && !thread->arrived) thread->arrived = tracee_.stop_of_now(thread->id);
    if (!thread->waiting || thread->arrived) ready.push_back(thread);
    stuck = stuck && is_stuck(*thread);
  }
  if (!ready.empty()) return ready.size() == 1 ? ready[0] : ready[schedule.below(ready.size())];
  for (;;) {
    const auto stop = tracee_.wait_any(stuck ? kStuck_ms : limits_.wait_ms);
    if (!stop) return nullptr;
    Thread* waiting = find(stop->thread);
    if (has_ended(*stop)) waiting = active.front();
    if (waiting == nullptr || !waiting->waiting) {
      handle_other(*stop);
      continue;
    }
    waiting->arrived = stop;
    return waiting;
  }
}

}  // namespace pmembench
