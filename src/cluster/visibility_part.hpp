// One rank's part in a visibility test between hosts.
#pragma once

#include <atomic>
#include <nlohmann/json_fwd.hpp>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "cluster/link.hpp"

namespace pmembench {

// {"do":"visibility","writer":R,"reader":R,"store":N,"load":N,"tries":N,"payload_lines":N,
// "media":...,"destroy":...,"plugin":...,"plugin_options":...,"limit_ms":N}: the writer's and the
// reader's side (visibility/verdict.hpp), or {} of a rank that is neither. Waits of either for the
// other that reach the limit are errors with code ETIMEDOUT.
Result<nlohmann::json> visibility_part(ClusterLink& link, const nlohmann::json& command,
                                       const Clock& clock, const std::atomic<bool>& interrupted);

}  // namespace pmembench
