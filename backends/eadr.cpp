// eadr: cached stores and a fence, for platforms whose caches survive a power loss. Elsewhere it
// measures what flushing costs, and the host must not call its writes durable.
#include "backends/builtin_tables.h"
#include "backends/mapped.h"

namespace pmembench {
namespace {

int probe(const dax_host_info* /*host*/, char* /*reason*/,
          std::uint64_t /*reason_bytes*/) noexcept {
  return 0;
}

}  // namespace

constexpr dax_operations kEadrOperations = cached_store_operations<Flush::none>(
    "eadr", "cached stores and a fence, no flush: durable only where caches are (eADR)", probe);

}  // namespace pmembench
