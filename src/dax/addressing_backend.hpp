// Which backend gives the addresses of a medium that is only chased through.
#pragma once

#include "dax/registry.hpp"

namespace pmembench {

// `preferred` if it serves the kind and gives addresses, else the first usable one that does; null:
// none.
[[nodiscard]] const BackendEntry* addressing_backend(const Registry& registry,
                                                     const BackendEntry& preferred,
                                                     dax_media_kind kind);

}  // namespace pmembench
