// A thread of the traced child, as the tracer keeps it. For the .cpp files of Tracer only.
#pragma once

#include "audit/tracer.hpp"

namespace pmembench {

struct Tracer::Thread {
  enum class Phase : std::uint8_t {
    unknown,  // it has not reached a marker yet
    free,     // it runs a case, between operations
    section,  // it is inside an operation, and is stepped
    asking,   // it waits for a case
    helper    // the backend's own: always stepped
  };
  static constexpr std::uint64_t kUnknown = 0;

  pid_t id = 0;
  unsigned number = 0;  // of its events
  Phase phase = Phase::unknown;
  bool running = false;
  bool alive = true;
  // It is in a system call, or runs freely, and has not stopped while another thread can go on.
  bool waiting = false;
  std::optional<Stop> arrived;  // its stop, seen while another one was waited for
  std::uint64_t slot = 0;       // its AuditCase
  std::uint64_t section_steps = 0;

  // The step under way.
  std::uint64_t ip = 0;
  std::uint64_t next_ip = kUnknown;  // of the next instruction, where it follows from the last one
  const Instruction* instruction = nullptr;
  user_regs_struct registers{};
  std::vector<MemoryAccess> accesses;

  // A mutation under way.
  int moved_register = MemoryOperand::kNoRegister;
  bool postponed = false;
  user_regs_struct postponed_registers{};
  ExtendedState postponed_state;
};

}  // namespace pmembench
