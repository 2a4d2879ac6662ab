// The tracer's steps: what one instruction, or one system call, did to the medium.
#include <sys/syscall.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <utility>

#include "audit/kernel_stores.hpp"
#include "audit/tracer.hpp"
#include "audit/tracer_thread.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kLineMask = DAX_LINE_BYTES - 1;
constexpr unsigned long long kSteppingFlag = 0x100;  // TF

}  // namespace

const Instruction& Tracer::instruction_at(std::uint64_t ip) { return code_.at(tracee_, ip); }

bool Tracer::in_medium(const MemoryAccess& access) const {
  return facts_.address != 0 && access.address < facts_.address + facts_.size_bytes &&
         access.address + std::max<std::uint64_t>(1, access.size_bytes) > facts_.address;
}

bool Tracer::touches_medium(const Thread& thread) const {
  return std::any_of(thread.accesses.begin(), thread.accesses.end(),
                     [&](const MemoryAccess& access) { return in_medium(access); });
}

void Tracer::emit(const Thread& thread, TraceEvent event) {
  if (observer_ == nullptr) return;
  event.thread = thread.number;
  if (event.ip == 0) event.ip = thread.ip;
  observer_->on_event(event);
}

void Tracer::emit_store(const Thread& thread, MemoryAccess access, bool past_cache) {
  const std::uint64_t begin = std::max(access.address, facts_.address);
  const std::uint64_t end =
      std::min(access.address + access.size_bytes, facts_.address + facts_.size_bytes);
  scratch_.resize(end - begin);
  tracee_.read(begin, scratch_);
  TraceEvent event;
  event.kind = TraceEvent::Kind::store;
  event.address = begin - facts_.address;
  event.size_bytes = end - begin;
  event.past_cache = past_cache;
  event.bytes = scratch_;
  emit(thread, event);
}

void Tracer::report_accesses(const Thread& thread) {
  const Instruction& instruction = *thread.instruction;
  for (const MemoryAccess& access : thread.accesses) {
    if (access.written) code_.note_store(access.address);
    if (!in_medium(access)) continue;
    if (instruction.kind == Instruction::Kind::flush) {
      TraceEvent event;
      event.kind = TraceEvent::Kind::flush;
      event.address = (access.address & ~kLineMask) - facts_.address;
      event.size_bytes = DAX_LINE_BYTES;
      event.ordered = instruction.ordered;
      emit(thread, event);
      continue;
    }
    if (access.read) {
      TraceEvent event;
      event.kind = TraceEvent::Kind::load;
      event.address = access.address - std::min(access.address, facts_.address);
      event.size_bytes = access.size_bytes;
      emit(thread, event);
    }
    if (access.written) emit_store(thread, access, instruction.past_cache);
  }
}

void Tracer::report_system_call(Thread& thread) {
  user_regs_struct after{};
  if (!tracee_.get_registers(thread.id, &after)) return;
  const user_regs_struct& before = thread.registers;
  TraceEvent event;
  event.kind = TraceEvent::Kind::system_call;
  event.number = before.rax;
  event.arguments = {before.rdi, before.rsi, before.rdx, before.r10, before.r8, before.r9};
  event.result = static_cast<std::int64_t>(after.rax);
  if (event.number == SYS_pwrite64 && event.result > 0 && facts_.address == 0) {
    scratch_.resize(static_cast<std::size_t>(event.result));
    tracee_.read(before.rsi, scratch_);
    event.bytes = scratch_;
  }
  emit(thread, event);
  if (event.number == SYS_io_uring_enter) {
    event.kind = TraceEvent::Kind::unaudited;
    event.name = "io_uring: its completions come at any time";
    emit(thread, event);
  }
  for (const MemoryAccess& store : kernel_stores(tracee_, before, event.number, event.result)) {
    if (in_medium(store)) emit_store(thread, store, false);
  }
  code_.note_call(event.number);
}

// pushf stores the trap flag by which it is stepped; without it the code would see, and later
// restore, a flag that is not its own. popf may not set it: the tracer could not distinguish such
// traps from those of its steps.
void Tracer::fix_flags(Thread& thread) {
  user_regs_struct after{};
  if (!tracee_.get_registers(thread.id, &after)) return;
  if (thread.instruction->kind == Instruction::Kind::pushes_flags) {
    std::uint64_t flags = 0;
    tracee_.read(after.rsp, std::as_writable_bytes(std::span(&flags, 1)));
    flags &= ~std::uint64_t{kSteppingFlag};
    tracee_.write(after.rsp, std::as_bytes(std::span(&flags, 1)));
    return;
  }
  std::uint64_t popped = 0;
  tracee_.read(thread.registers.rsp, std::as_writable_bytes(std::span(&popped, 1)));
  if ((popped & kSteppingFlag) == 0) return;
  TraceEvent event;
  event.kind = TraceEvent::Kind::unaudited;
  event.name = "it sets the trap flag, by which it is watched";
  emit(thread, event);
  after.eflags &= ~kSteppingFlag;
  tracee_.set_registers(thread.id, after);
}

void Tracer::report_step(Thread& thread) {
  using Kind = Instruction::Kind;
  const Instruction& instruction = *thread.instruction;
  if (instruction.is_plain()) return;
  report_accesses(thread);
  if (instruction.kind == Kind::fence) {
    TraceEvent event;
    event.kind = TraceEvent::Kind::fence;
    event.implied = instruction.implied;
    emit(thread, event);
  } else if (instruction.kind == Kind::system_call) {
    report_system_call(thread);
  } else if (instruction.kind == Kind::undecoded) {
    TraceEvent event;
    event.kind = TraceEvent::Kind::unaudited;
    event.name = "an instruction that the decoder does not know";
    emit(thread, event);
  } else if (instruction.kind == Kind::pushes_flags || instruction.kind == Kind::pops_flags) {
    fix_flags(thread);
  }
}

// Changes what the instruction does. True: it was passed over, and the next one is to begin.
bool Tracer::prepare_mutation(Thread& thread) {
  using Kind = Instruction::Kind;
  const Instruction& instruction = *thread.instruction;
  const bool concerned = instruction.kind == Kind::fence || touches_medium(thread);
  if (thread.phase != Thread::Phase::section || !concerned) return false;
  user_regs_struct registers = thread.registers;
  switch (mutation_.kind) {
    case Mutation::Kind::none:
      return false;
    case Mutation::Kind::next_line: {
      const int base = instruction.operands.empty() ? MemoryOperand::kNoRegister
                                                    : instruction.operands.front().base;
      if (base < 0 || base == MemoryOperand::kInstructionPointer) return false;
      thread.moved_register = base;
      set_general_register(registers, base, general_register_of(registers, base) + DAX_LINE_BYTES);
      tracee_.set_registers(thread.id, registers);
      for (MemoryAccess& access : thread.accesses) access.address += DAX_LINE_BYTES;
      return false;
    }
    case Mutation::Kind::late:
      if (thread.postponed) return false;
      thread.postponed = true;
      thread.postponed_registers = thread.registers;
      thread.postponed_state = tracee_.extended_state(thread.id);
      break;
    case Mutation::Kind::skip:
      break;
  }
  registers.rip += instruction.length;
  tracee_.set_registers(thread.id, registers);
  return true;
}

// Undoes what prepare_mutation changed for one step, and runs what it postponed.
void Tracer::finish_mutation(Thread& thread) {
  using Kind = Instruction::Kind;
  if (thread.moved_register != MemoryOperand::kNoRegister) {
    user_regs_struct registers{};
    tracee_.get_registers(thread.id, &registers);
    const std::uint64_t moved = general_register_of(registers, thread.moved_register);
    set_general_register(registers, thread.moved_register, moved - DAX_LINE_BYTES);
    tracee_.set_registers(thread.id, registers);
    thread.moved_register = MemoryOperand::kNoRegister;
  }
  const bool partner = thread.instruction->kind == Kind::fence || touches_medium(thread);
  if (!thread.postponed || thread.ip == mutation_.site || !partner) return;
  user_regs_struct registers{};
  tracee_.get_registers(thread.id, &registers);
  const ExtendedState state = tracee_.extended_state(thread.id);
  tracee_.set_registers(thread.id, thread.postponed_registers);
  tracee_.set_extended_state(thread.id, thread.postponed_state);
  thread.registers = thread.postponed_registers;
  thread.ip = mutation_.site;
  thread.instruction = &instruction_at(mutation_.site);
  accesses_of(
      *thread.instruction, thread.registers, [&] { return tracee_.extended_state(thread.id); },
      &thread.accesses);
  tracee_.resume(thread.id, true);
  static_cast<void>(tracee_.wait_for(thread.id));
  report_step(thread);
  tracee_.set_registers(thread.id, registers);
  tracee_.set_extended_state(thread.id, state);
  thread.postponed = false;
  thread.next_ip = Thread::kUnknown;
}

void Tracer::begin_step(Thread& thread) {
  for (;;) {
    thread.accesses.clear();
    if (thread.next_ip != Thread::kUnknown) {
      const Instruction& next = instruction_at(thread.next_ip);
      if (next.is_plain()) {
        thread.ip = thread.next_ip;
        thread.instruction = &next;
        break;
      }
    }
    if (!tracee_.get_registers(thread.id, &thread.registers)) break;  // gone: the wait reports it
    thread.ip = thread.registers.rip;
    thread.instruction = &instruction_at(thread.ip);
    const auto called =
        thread.next_ip == Thread::kUnknown ? forbidden_.find(thread.ip) : forbidden_.end();
    if (called != forbidden_.end()) {
      TraceEvent event;
      event.kind = TraceEvent::Kind::library_call;
      event.name = called->second;
      emit(thread, event);
    }
    accesses_of(
        *thread.instruction, thread.registers, [&] { return tracee_.extended_state(thread.id); },
        &thread.accesses);
    if (thread.ip != mutation_.site || !prepare_mutation(thread)) break;
    thread.next_ip = thread.ip + thread.instruction->length;
  }
  thread.running = true;
  tracee_.resume(thread.id, true);
}

std::optional<TraceFault> Tracer::finish_step(Thread& thread, const Stop& stop) {
  thread.running = false;
  if (stop.kind != Stop::Kind::trap) return fault_of(thread, stop);
  ++steps_;
  if (++thread.section_steps > limits_.steps && thread.phase == Thread::Phase::section) {
    return fault(thread, fmt::format("it made {} steps without an end", limits_.steps));
  }
  if (thread.instruction->kind == Instruction::Kind::breakpoint) {
    thread.next_ip = Thread::kUnknown;
    if (take_marker(thread)) return std::nullopt;
    return fault_of(thread, stop);
  }
  const Instruction& instruction = *thread.instruction;
  thread.next_ip = instruction.falls_through ? thread.ip + instruction.length : Thread::kUnknown;
  report_step(thread);
  if (mutation_.kind != Mutation::Kind::none) finish_mutation(thread);
  if (code_.forget_if_stale()) {
    for (const auto& each : threads_) {
      if (each.get() != &thread && each->running) each->instruction = nullptr;
    }
    thread.instruction = nullptr;
  }
  return std::nullopt;
}

std::optional<TraceFault> Tracer::step(Thread& thread) {
  if (!thread.waiting) begin_step(thread);
  // Another thread may have changed code meanwhile.
  if (thread.instruction == nullptr) thread.instruction = &instruction_at(thread.ip);
  const bool certain = thread.instruction->kind != Instruction::Kind::system_call;
  for (;;) {
    const std::optional<Stop> stop = wait_or_leave(thread, certain);
    if (!stop && others_go_on_) return std::nullopt;
    if (!stop) return waits_too_long(thread);
    if (stop->kind == Stop::Kind::new_thread || stop->kind == Stop::Kind::new_process) {
      if (stop->kind == Stop::Kind::new_thread) add_thread(stop->value);
      if (stop->kind == Stop::Kind::new_process) tracee_.kill_other(stop->value);
      helpers_ = helpers_ || stop->kind == Stop::Kind::new_thread;
      tracee_.resume(thread.id, true);
      continue;
    }
    if (stop->kind == Stop::Kind::signal &&
        (stop->value == SIGSTOP || stop->value == SIGCHLD || stop->value == SIGALRM)) {
      tracee_.resume(thread.id, true);  // the step was not made
      continue;
    }
    return finish_step(thread, *stop);
  }
}

}  // namespace pmembench
