#include "audit/program_tracer.hpp"

#include <fmt/format.h>
#include <sys/syscall.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <utility>

namespace pmembench {
namespace {

constexpr std::uint64_t kLineBits = DAX_LINE_BYTES - 1;
constexpr unsigned long long kStepFlag = 0x100;  // TF
constexpr std::uint64_t kRedZoneBytes = 128;
constexpr std::uint64_t kCallPatience_ms = 2;   // for a system call, before others go on
constexpr std::uint64_t kSilence_ms = 600'000;  // no thread does anything: it will never end
constexpr std::uint64_t kBurst = 200;           // steps of one thread before another's turn

bool ends_programs(int signal) {
  return signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE || signal == SIGILL ||
         signal == SIGABRT || signal == SIGSYS || signal == SIGTERM || signal == SIGTRAP;
}

std::string name_of_signal(int signal) {
  const char* const name = sigabbrev_np(signal);
  return name == nullptr ? fmt::format("signal {}", signal) : fmt::format("SIG{}", name);
}

}  // namespace

ProgramTracer::ProgramTracer(Tracee tracee, WatchedFiles& files, ProgramJudge& judge,
                             std::uint64_t most_steps)
    : tracee_(std::move(tracee)), files_(files), judge_(judge), most_steps_(most_steps) {
  thread_of(tracee_.process());
}

ProgramTracer::Thread& ProgramTracer::thread_of(pid_t id) {
  for (Thread& thread : threads_) {
    if (thread.id == id) return thread;
  }
  Thread& thread = threads_.emplace_back();
  thread.id = id;
  // The model distinguishes 32 threads.
  thread.number = static_cast<unsigned>(std::min<std::size_t>(threads_.size() - 1, 31));
  return thread;
}

void ProgramTracer::give_up(std::string why) {
  if (not_followed_.empty()) not_followed_ = std::move(why);
}

// Round robin, in bursts: two threads that wait for each other by spinning both go on.
ProgramTracer::Thread* ProgramTracer::next_stopped() {
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    Thread& thread = threads_[(last_ + i) % threads_.size()];
    if (thread.id == 0 || thread.running) continue;
    last_ = (last_ + i) % threads_.size();
    return &thread;
  }
  return nullptr;
}

void ProgramTracer::run(const std::function<void()>& at_end) {
  at_end_ = &at_end;
  tracee_.watch_forks(tracee_.process());
  std::uint64_t burst = 0;
  while (!over_) {
    Thread* const thread = next_stopped();
    if (thread == nullptr) {
      const auto stop = tracee_.wait_any(kSilence_ms);
      if (!stop) {
        give_up(fmt::format("nothing happened in it for {} s", kSilence_ms / 1000));
        at_end();
        return;
      }
      take(*stop);
      continue;
    }
    if (!stepping_) {
      resume(*thread);
      continue;
    }
    if (steps_ >= most_steps_) {
      give_up(fmt::format("it made more than {} steps; allow more with --steps", most_steps_));
      at_end();
      return;
    }
    step(*thread);
    if (++burst < kBurst) continue;
    burst = 0;
    last_ = (last_ + 1) % threads_.size();
    for (Thread& other : threads_) {
      if (other.id == 0 || !other.running) continue;
      if (const auto stop = tracee_.stop_of_now(other.id); stop) take(*stop);
    }
  }
}

void ProgramTracer::resume(Thread& thread) {
  thread.running = true;
  thread.next_ip = 0;
  tracee_.resume_to_call(thread.id, std::exchange(thread.signal, 0));
}

void ProgramTracer::begin_stepping() {
  if (stepping_) return;
  stepping_ = true;
  for (const Thread& thread : threads_) {
    if (thread.id != 0 && thread.running) tracee_.interrupt(thread.id);
  }
}

void ProgramTracer::begin_step(Thread& thread) {
  thread.accesses.clear();
  const Instruction* next = thread.next_ip == 0 ? nullptr : &code_.at(tracee_, thread.next_ip);
  if (next != nullptr && next->is_plain()) {
    thread.ip = thread.next_ip;
  } else {
    if (!tracee_.get_registers(thread.id, &thread.registers)) return;
    thread.ip = thread.registers.rip;
    next = &code_.at(tracee_, thread.ip);
    accesses_of(
        *next, thread.registers, [&] { return tracee_.extended_state(thread.id); },
        &thread.accesses);
  }
  thread.instruction = next;
}

void ProgramTracer::step(Thread& thread) {
  thread.signalled = thread.signal != 0;
  if (thread.signalled) thread.next_ip = 0;
  begin_step(thread);
  const bool calls =
      thread.instruction != nullptr && thread.instruction->kind == Instruction::Kind::system_call;
  if (calls && thread.registers.rax == SYS_exit_group) (*at_end_)();
  thread.running = true;
  tracee_.resume(thread.id, true, std::exchange(thread.signal, 0));
  if (!calls && threads_.size() == 1) return take(tracee_.wait_for(thread.id));
  const std::uint64_t patience_ms = threads_.size() == 1 ? kSilence_ms : kCallPatience_ms;
  while (thread.running && !over_) {
    if (const auto own = tracee_.stop_of_now(thread.id); own) return take(*own);
    const auto stop = tracee_.wait_any(calls ? patience_ms : kSilence_ms);
    if (!stop) return;  // it waits for another thread, whose turn it is now
    take(*stop);
  }
}

void ProgramTracer::take(const Stop& stop) {
  switch (stop.kind) {
    case Stop::Kind::exited:
    case Stop::Kind::killed:
      return take_end(stop);
    case Stop::Kind::new_process:
      if (files_.any_mapped()) {
        give_up(
            "it started another process while its files were mapped: stores of that one are "
            "not seen");
      }
      tracee_.release(stop.value);
      break;
    case Stop::Kind::new_thread:
      thread_of(stop.value).running = true;  // its first stop is to come
      break;
    case Stop::Kind::executed:
      files_.unmap_all();
      code_ = {};
      stepping_ = false;
      break;
    default:
      break;
  }
  Thread& thread = thread_of(stop.thread);
  thread.running = false;
  switch (stop.kind) {
    case Stop::Kind::system_call:
      return take_call_stop(thread);
    case Stop::Kind::signal:
      return take_signal(thread, stop.value);
    case Stop::Kind::trap:
      if (thread.instruction != nullptr) return finish_step(thread);
      if (stepping_) return;
      return take_signal(thread, SIGTRAP);
    default:
      // An event inside of a system call that is stepped: the step is still to end.
      thread.running = true;
      if (thread.instruction != nullptr) {
        tracee_.resume(thread.id, true);
      } else {
        tracee_.resume_to_call(thread.id, 0);
      }
  }
}

void ProgramTracer::take_end(const Stop& stop) {
  Thread& thread = thread_of(stop.thread);
  thread.id = 0;
  if (stop.thread != tracee_.process()) return;
  ended_ = stop.kind == Stop::Kind::exited ? fmt::format("exit status {}", stop.value)
                                           : name_of_signal(stop.value);
  if (stop.kind == Stop::Kind::killed && stop.value == SIGKILL) {
    give_up("it was killed, and its end was not seen");
  }
  over_ = true;
}

// A signal comes before the step that it interrupts: that one was not made.
void ProgramTracer::take_signal(Thread& thread, int signal) {
  thread.instruction = nullptr;
  thread.next_ip = 0;
  if (signal == SIGSTOP) return;  // the tracer's own, or a new thread's first
  if (ends_programs(signal)) (*at_end_)();
  thread.signal = signal;
}

void ProgramTracer::take_call_stop(Thread& thread) {
  thread.in_call = !thread.in_call;
  if (!tracee_.get_registers(thread.id, &thread.registers)) return;
  const auto number = thread.registers.orig_rax;
  if (thread.in_call) {
    if (number == SYS_exit_group) (*at_end_)();
    return;
  }
  thread.ip = thread.registers.rip;
  on_call(thread, number, static_cast<std::int64_t>(thread.registers.rax));
}

void ProgramTracer::finish_step(Thread& thread) {
  const Instruction& instruction = *std::exchange(thread.instruction, nullptr);
  ++steps_;
  thread.next_ip = 0;
  if (thread.signalled) {
    // A handler was entered instead: the kernel's frame is below the red zone.
    user_regs_struct now{};
    if (!tracee_.get_registers(thread.id, &now)) return;
    if (now.rsp + kRedZoneBytes < thread.registers.rsp) return;
  }
  if (instruction.falls_through) thread.next_ip = thread.ip + instruction.length;
  if (!instruction.is_plain()) {
    using Kind = Instruction::Kind;
    report_accesses(thread);
    user_regs_struct after{};
    switch (instruction.kind) {
      case Kind::fence:
        emit_fence(thread, instruction.implied);
        break;
      case Kind::system_call:
        thread.next_ip = 0;
        if (!tracee_.get_registers(thread.id, &after)) break;
        on_call(thread, thread.registers.rax, static_cast<std::int64_t>(after.rax));
        break;
      case Kind::undecoded:
        give_up(fmt::format("an instruction at {:#x} that the decoder does not know", thread.ip));
        break;
      case Kind::pushes_flags:
        if (!tracee_.get_registers(thread.id, &after)) break;
        {
          std::uint64_t flags = 0;
          tracee_.read(after.rsp, std::as_writable_bytes(std::span(&flags, 1)));
          flags &= ~std::uint64_t{kStepFlag};  // by which it is stepped
          tracee_.write(after.rsp, std::as_bytes(std::span(&flags, 1)));
        }
        break;
      default:
        break;
    }
  }
  if (code_.forget_if_stale()) {
    for (Thread& each : threads_) each.next_ip = 0;
  }
}

void ProgramTracer::emit_fence(const Thread& thread, bool implied) {
  TraceEvent event;
  event.kind = TraceEvent::Kind::fence;
  event.thread = thread.number;
  event.ip = thread.ip;
  event.implied = implied;
  judge_.fence(event);
}

void ProgramTracer::report_store(const Thread& thread, const FilePlace& place, bool past_cache) {
  watch(place);
  scratch_.resize(place.size_bytes);
  if (!tracee_.read(place.address, scratch_)) return;
  TraceEvent event;
  event.kind = TraceEvent::Kind::store;
  event.thread = thread.number;
  event.ip = thread.ip;
  event.address = place.offset_bytes;
  event.size_bytes = place.size_bytes;
  event.past_cache = past_cache;
  event.bytes = scratch_;
  judge_.apply(place.file, event);
}

void ProgramTracer::report_accesses(const Thread& thread) {
  const Instruction& instruction = code_.at(tracee_, thread.ip);
  for (const MemoryAccess& access : thread.accesses) {
    if (access.written) code_.note_store(access.address);
    const bool flushes = instruction.kind == Instruction::Kind::flush;
    if (!flushes && !access.written) continue;
    const std::uint64_t begin = flushes ? access.address & ~kLineBits : access.address;
    const std::uint64_t size = flushes ? DAX_LINE_BYTES : access.size_bytes;
    for (const FilePlace& place : files_.places(begin, size)) {
      if (!flushes) {
        report_store(thread, place, instruction.past_cache);
        continue;
      }
      TraceEvent event;
      event.kind = TraceEvent::Kind::flush;
      event.thread = thread.number;
      event.ip = thread.ip;
      event.address = place.offset_bytes;
      event.size_bytes = DAX_LINE_BYTES;
      event.ordered = instruction.ordered;
      judge_.apply(place.file, event);
    }
  }
}

}  // namespace pmembench
