// What the test suite audited of the built-in backends (docs/audit.md), and of which build.
#pragma once

#include <cstddef>
#include <string>

#include "backends/dax_operations.h"

namespace pmembench {

// One audit that passed: a backend, the CPU mask, the persistence domain.
struct BuiltinAudit {
  const char* backend;
  const char* cpu;
  const char* domain;
  const char* foreign;  // build ID of the library whose code the backend runs; empty: its own code
};

// Every line of builtin_audits.inc, whichever build it is of.
const BuiltinAudit* recorded_builtin_audits(std::size_t* count);
// The build that they are of: checksum of the sources here, compiler and flags.
const char* audited_build();
// The same of this build. Where the two differ, the lines say nothing of this program.
const char* this_build();
// The build ID of the library that `table` calls into, as it is loaded now; empty: none.
std::string foreign_code(const dax_operations& table);

}  // namespace pmembench
