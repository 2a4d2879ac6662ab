// Media that a command opens to look at them, or for itself.
#pragma once

#include <string>

#include "cli/host.hpp"
#include "dax/open_device.hpp"

namespace pmembench {

// The usable backend that serves this kind of medium and the fewest others; "": none does.
[[nodiscard]] std::string most_specific_backend(const Registry& registry, dax_media_kind kind);

struct LookedAt {
  MediaSpec spec;
  OpenedDevice opened;
};

// Opened by `backend`, empty: by most_specific_backend. What exists is opened for reading alone; a
// file that does not is made and removed again. The host outlives the result.
Result<LookedAt> open_to_look(const Host& host, const std::string& media,
                              const std::string& backend);

}  // namespace pmembench
