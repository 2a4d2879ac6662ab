// recorded_audits: what the test suite audited of the built-in backends, as this binary records it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace pmembench {

// "this_build", "audited_build" (sources, compiler, flags), "holds" (the two are the same),
// "foreign" (backend -> build ID of the library that it runs now), "audits".
[[nodiscard]] nlohmann::json recorded_audits();
// The same as text.
[[nodiscard]] std::string recorded_audits_text(const nlohmann::json& recorded);

}  // namespace pmembench
