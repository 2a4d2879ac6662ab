// Options of fio by what a translation does with them; every other option is named as missing.
#pragma once

#include <map>
#include <set>
#include <string_view>

namespace pmembench {

// What fio does for its own bookkeeping, or what pmembench always does (the sentence says how):
// neither is a gap.
[[nodiscard]] const std::map<std::string_view, std::string_view>& automatic_fio_options();

// What a translated job uses.
[[nodiscard]] const std::set<std::string_view>& used_fio_options();

}  // namespace pmembench
