// clwb: cached stores, each line then written back and kept in the cache.
#include <cerrno>

#include "backends/builtin_tables.h"
#include "backends/mapped.h"
#include "backends/reason.h"

namespace pmembench {
namespace {

int probe(const dax_host_info* host, char* reason, std::uint64_t reason_bytes) noexcept {
  if ((host->cpu_features & DAX_CPU_CLWB) != 0) return 0;
  return refuse(EOPNOTSUPP, reason, reason_bytes,
                "clwb needs the instruction of its name, which this CPU does not have; use "
                "clflushopt or clflush");
}

}  // namespace

constexpr dax_operations kClwbOperations = cached_store_operations<Flush::clwb>(
    "clwb", "cached stores, then clwb: the line is written back and stays cached", probe);

}  // namespace pmembench
