// Values in fio's grammar as a campaign's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pmembench {

// "4k", "1M": bytes, or nothing where it is no size above 0.
[[nodiscard]] std::optional<std::uint64_t> size_of_fio(std::string_view text);
// bssplit "4k/60:64k/40" as "4K:60+64K:40"; sizes without percent share the rest. With a ',': reads
// before it, writes behind. Nothing where whole percents do not add up to 100.
[[nodiscard]] std::optional<std::string> sizes_of_bssplit(std::string_view text, bool writes);
// "60/10:40/90" as "60:10+40:90".
[[nodiscard]] std::string zones_of_fio(std::string text);

}  // namespace pmembench
