// How the words of a campaign become canonical values, by the kind of their key.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/campaign.hpp"
#include "config/campaign_reader.hpp"

namespace pmembench {

// The maximum number of values on one axis.
inline constexpr std::size_t kMaximumAxisValues = 4096;

// The values that one word stands for: one, or those of a range. Errors begin with the position.
Result<std::vector<CampaignValue>> read_values(const CellKey& key, std::string_view text,
                                               const SourcePosition& at);

// Null where the schema has no such key.
const CellKey* find_cell_key(const CampaignSchema& schema, std::string_view name);
std::vector<std::string> cell_key_names(const CampaignSchema& schema);

// Takes the cells of `group` from `cells_left`, at first kMaximumCells: more than any run could
// measure, and a bound on the memory that a short text can ask for.
inline constexpr std::size_t kMaximumCells = 10'000;
Status take_cells(const CellGroup& group, const SourcePosition& at, std::size_t& cells_left);

// "; did you mean 'threads'?", or "" where no known word is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

}  // namespace pmembench
