#include "backends/builtin_backends.h"

#include <iterator>

#include "backends/builtin_tables.h"

namespace {

constexpr const dax_operations* kTables[] = {
    &pmembench::kMovntOperations,   &pmembench::kClwbOperations,  &pmembench::kClflushoptOperations,
    &pmembench::kClflushOperations, &pmembench::kEadrOperations,  &pmembench::kLibpmem2Operations,
    &pmembench::kDevdaxOperations,  &pmembench::kBlockOperations, &pmembench::kNullOperations,
};

}  // namespace

const dax_operations* const* pmembench_builtin_backends(std::size_t* count) {
  *count = std::size(kTables);
  return kTables;
}
