// Copies chosen by flags and called directly: what Linux does since the operations for copying were
// taken out of dax_operations (5.17, set_dax_nocache). Compared with the table of operations by
// path `flags`; the kernels are the same.
#pragma once

#include <cstdint>

#include "backends/dax_operations.h"

namespace pmembench {

// `nocache`: past the caches, as movnt; else through them. Returns bytes, as the operations do.
std::int64_t flags_copy_from(const dax_mapping& mapping, bool nocache, dax_iter* iter) noexcept;
std::int64_t flags_copy_to(const dax_mapping& mapping, dax_iter* iter) noexcept;
// Each range durable before the next: with `flushes` lines that are in caches are written back by
// the best instruction of the CPU.
std::int64_t flags_persist(const dax_mapping& mapping, bool nocache, bool flushes,
                           dax_iter* iter) noexcept;

}  // namespace pmembench
