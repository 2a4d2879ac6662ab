#include "dax/addressing_backend.hpp"

#include <algorithm>

namespace pmembench {

const BackendEntry* addressing_backend(const Registry& registry, const BackendEntry& preferred,
                                       dax_media_kind kind) {
  const auto fits = [&](const BackendEntry& entry) {
    return entry.usable() && (entry.operations->capabilities & DAX_CAP_DIRECT_ACCESS) != 0 &&
           serves(*entry.operations, kind);
  };
  if (fits(preferred)) return &preferred;
  const auto& entries = registry.entries();
  const auto found = std::find_if(entries.begin(), entries.end(), fits);
  return found == entries.end() ? nullptr : &*found;
}

}  // namespace pmembench
