#include "backends/flag_dispatch.h"

#include "backends/copy_kernels.h"
#include "backends/flush_kernels.h"

namespace pmembench {

std::int64_t flags_copy_from(const dax_mapping& mapping, bool nocache, dax_iter* iter) noexcept {
  if (nocache) {
    return copy_from<Store::nontemporal, Fence::none>(mapping, best_flush(mapping.cpu_features),
                                                      iter);
  }
  return copy_from<Store::cached, Flush::none, Fence::none>(mapping, iter);
}

std::int64_t flags_copy_to(const dax_mapping& mapping, dax_iter* iter) noexcept {
  return copy_to(mapping, iter);
}

std::int64_t flags_persist(const dax_mapping& mapping, bool nocache, bool flushes,
                           dax_iter* iter) noexcept {
  const Flush flush = flushes ? best_flush(mapping.cpu_features) : Flush::none;
  if (nocache) return copy_from<Store::nontemporal, Fence::each_range>(mapping, flush, iter);
  return copy_from<Store::cached, Fence::each_range>(mapping, flush, iter);
}

}  // namespace pmembench
