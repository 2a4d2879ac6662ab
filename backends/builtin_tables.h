// The tables of the built-in backends; each is defined in the file of its name.
#pragma once

#include "backends/dax_operations.h"

namespace pmembench {

extern const dax_operations kMovntOperations;
extern const dax_operations kClwbOperations;
extern const dax_operations kClflushoptOperations;
extern const dax_operations kClflushOperations;
extern const dax_operations kEadrOperations;
extern const dax_operations kLibpmem2Operations;
extern const dax_operations kDevdaxOperations;
extern const dax_operations kBlockOperations;
extern const dax_operations kNullOperations;

}  // namespace pmembench
