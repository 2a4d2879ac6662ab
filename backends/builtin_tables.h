// The built-in backends. Each has its table, k<Name>Operations, in the file of its name.
#pragma once

#include "backends/dax_operations.h"

// In the order in which they are listed and preferred.
#define PMEMBENCH_BUILTIN_BACKENDS(X) \
  X(Movnt)                            \
  X(Clwb)                             \
  X(Movdir64b)                        \
  X(Clflushopt)                       \
  X(Clflush)                          \
  X(Eadr)                             \
  X(Libpmem2)                         \
  X(Devdax)                           \
  X(Block)                            \
  X(Null)

namespace pmembench {

#define PMEMBENCH_DECLARE_TABLE(name) extern const dax_operations k##name##Operations;
PMEMBENCH_BUILTIN_BACKENDS(PMEMBENCH_DECLARE_TABLE)
#undef PMEMBENCH_DECLARE_TABLE

}  // namespace pmembench
