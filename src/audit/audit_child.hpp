// The child's side of an audit: waits for cases at breakpoints and runs them.
//
// The child talks to its tracer by `int3` alone: a code in rax, arguments in rdi and rsi. It makes
// no system call of its own between the breakpoints of an operation.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "audit/audit_case.hpp"
#include "base/result.hpp"
#include "crash/cut_subject.hpp"

namespace pmembench {

// rax at a breakpoint. The tracer answers in rax.
enum class Marker : std::uint64_t {
  ready = 0x504d42410001,   // rdi: the ChildFacts
  failed = 0x504d42410002,  // rdi: text, rsi: its length, rdx: ErrorKind, and errno from bit 8 on
  ask = 0x504d42410003,     // rdi: an AuditCase to fill in; answer 1: run it, 0: end
  begin = 0x504d42410004,   // rdi: place of the call in the case
  end = 0x504d42410005      // rdi: what the operation returned
};

// Functions of the C library that a device operation must not call.
struct ForbiddenFunction {
  const char* name;
  std::uint64_t address;
};
inline constexpr std::size_t kForbiddenFunctions = 9;
extern const std::array<const char*, kForbiddenFunctions> kForbiddenNames;

// Plain data, read by the tracer. Addresses are the child's.
struct ChildFacts {
  std::uint64_t address = 0;  // of the device's first byte; 0: it has no addresses
  std::uint64_t size_bytes = 0;
  std::uint64_t capabilities = 0;
  std::uint64_t minimum_io_bytes = 1;
  std::uint64_t alignment_bytes = 1;
  std::uint64_t nontemporal_from_bytes = 0;
  std::uint32_t domain = 0;
  std::uint32_t media_kind = 0;
  std::uint32_t has_persist = 0;
  std::uint32_t has_recovery = 0;
  std::array<std::uint64_t, kForbiddenFunctions> forbidden{};
};

// What the child works on: a table that is open, called directly.
struct AuditTarget {
  const dax_operations* operations = nullptr;
  void* handle = nullptr;
  unsigned char* address = nullptr;  // null: the device has no addresses
  std::uint64_t size_bytes = 0;      // what can be reached from there without a gap
  dax_persistence_domain domain = DAX_DOMAIN_UNKNOWN;
  std::uint32_t media_kind = 0;
};

// For the traced child only: reports, starts the second thread, serves cases until it gets the
// command to end.
void serve_cases(const AuditTarget& target);
// The same for the power cuts of audit/power_cuts.hpp: `subject` works on `device`, each operation
// between two breakpoints.
void serve_subject(const AuditTarget& target, DaxDevice& device, CutSubject& subject);
// Reports that there is nothing to audit, and returns. Code EOPNOTSUPP: the backend cannot run with
// these CPU features, and says so itself.
void report_failure(const Error& error);

}  // namespace pmembench
