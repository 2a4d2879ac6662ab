// clflushopt: cached stores, each line then written back and dropped.
#include <cerrno>

#include "backends/builtin_tables.h"
#include "backends/mapped.h"
#include "backends/reason.h"

namespace pmembench {
namespace {

int probe(const dax_host_info* host, char* reason, std::uint64_t reason_bytes) noexcept {
  if ((host->cpu_features & DAX_CPU_CLFLUSHOPT) != 0) return 0;
  return refuse(
      EOPNOTSUPP, reason, reason_bytes,
      "clflushopt needs the instruction of its name, which this CPU does not have; use clflush");
}

}  // namespace

constexpr dax_operations kClflushoptOperations = cached_store_operations<Flush::clflushopt>(
    "clflushopt", "cached stores, then clflushopt: the line is written back and dropped", probe);

}  // namespace pmembench
