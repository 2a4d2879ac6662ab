// clflush: cached stores, each line then written back and dropped, one after the other.
#include <cerrno>

#include "backends/builtin_tables.h"
#include "backends/mapped.h"
#include "backends/reason.h"

namespace pmembench {
namespace {

int probe(const dax_host_info* host, char* reason, std::uint64_t reason_bytes) noexcept {
  if ((host->cpu_features & DAX_CPU_CLFLUSH) != 0) return 0;
  return refuse(
      EOPNOTSUPP, reason, reason_bytes,
      "clflush needs the instruction of its name, which this CPU does not have; use movnt or eadr");
}

}  // namespace

constexpr dax_operations kClflushOperations = cached_store_operations<Flush::clflush>(
    "clflush", "cached stores, then clflush: as clflushopt, one line after the other", probe);

}  // namespace pmembench
