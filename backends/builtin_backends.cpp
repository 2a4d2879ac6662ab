#include "backends/builtin_backends.h"

#include <iterator>

#include "backends/builtin_tables.h"

namespace {

#define PMEMBENCH_TABLE_ADDRESS(name) &pmembench::k##name##Operations,
constexpr const dax_operations* kTables[] = {PMEMBENCH_BUILTIN_BACKENDS(PMEMBENCH_TABLE_ADDRESS)};
#undef PMEMBENCH_TABLE_ADDRESS

}  // namespace

const dax_operations* const* pmembench_builtin_backends(std::size_t* count) {
  *count = std::size(kTables);
  return kTables;
}
