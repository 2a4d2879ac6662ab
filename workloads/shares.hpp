// Shares: lists as "4K:60+64K:40", what and how many percent.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace pmembench {

// A finite number from 0 to 100, or nothing.
[[nodiscard]] std::optional<double> parse_percent(std::string_view text);
// "WHAT:PERCENT" pieces with a '+' between them, at least one, at most 100. Usage error.
[[nodiscard]] Result<std::vector<std::pair<std::string_view, double>>> read_shares(
    std::string_view text);

// How many of 100 operations have that size.
struct SizeShare {
  std::uint64_t bytes = 0;
  unsigned percent = 0;
};
// "4K:60+64K:40": whole percents that add up to 100.
[[nodiscard]] Result<std::vector<SizeShare>> read_sizes(std::string_view text);

}  // namespace pmembench
