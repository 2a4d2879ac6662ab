// program_audit: a whole program, traced from the moment when it maps a file on DAX.
#pragma once

#include <string>
#include <vector>

#include "audit/audit.hpp"

namespace pmembench {

struct ProgramOptions {
  std::vector<std::string> words;   // the program and its arguments
  std::vector<std::string> ranges;  // files that are watched though they are not on DAX
  std::vector<ByteRange> unclaimed;
  std::optional<AuditDomain> domain;
  std::uint64_t steps = 100'000'000;  // one that makes more is not followed to its end
};

struct ProgramResult {
  AuditResult audit;
  std::vector<std::string> files;  // that were watched
  std::string ended;               // "exit status 0", "SIGSEGV"
};

// Its standard output goes to standard error. Never fails: what went wrong is in the result. The
// program is not followed into processes that it starts.
[[nodiscard]] ProgramResult run_program_audit(const ProgramOptions& options);

}  // namespace pmembench
