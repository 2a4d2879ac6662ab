// The settings of a campaign: the keys of MeasureSettings and how each is read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/campaign.hpp"

namespace pmembench {

// budget, precision, confidence, minimum_replicates, maximum_replicates, slices, slice, seed.
std::vector<std::string> setting_names();
[[nodiscard]] bool is_setting(std::string_view name);

// Reads `text` into the setting `name` (which must be one). Errors begin with the position and name
// the setting; `settings` is then as it was.
Status read_setting(MeasureSettings& settings, std::string_view name, std::string_view text,
                    const SourcePosition& at);

}  // namespace pmembench
