// Reads a campaign from YAML: the one place that knows the file's grammar.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/value_kind.hpp"
#include "config/campaign.hpp"

namespace pmembench {

struct CellKey {
  std::string name;
  ValueKind kind = ValueKind::text;
  std::vector<std::string> choices;
  bool commas = false;  // its values may contain commas, so --set takes the whole text as one
};

// The cell keys that a campaign may use: media, backend, path, ... and all workloads' parameters.
// A key of the same name in two workloads has one kind; choices are united.
using CampaignSchema = std::vector<CellKey>;

// Top level: name, description, answers, takes, budget (duration), precision ("2%" or 0.02),
// confidence, minimum_replicates, maximum_replicates, slices, slice (duration), seed, any cell key
// (a default for all groups; scalar or list), cells: a list of groups. A group: cell keys with one
// scalar, `matrix`: a map of cell keys to a scalar, a list, or a range, and `expect`: a map of what
// its rows must show (config/expectation.hpp), which may be at the top level too.
//
// Errors (usage) begin with "file:line:column: " and name the key, what is wrong, and the nearest
// valid key or the values allowed: unknown or duplicate key, wrong type, empty list, empty product,
// list outside matrix in a group, no cells, YAML syntax, unreadable file (position 1:1).
Result<Campaign> read_campaign(const std::string& path, const CampaignSchema& schema);
// The same from text; `file` is used in messages.
Result<Campaign> read_campaign_text(std::string_view yaml, const std::string& file,
                                    const CampaignSchema& schema);

// One "key=value" of the command line, and the option that it came from, as errors name it.
struct Assignment {
  template <typename Text>
  requires std::convertible_to<const Text&, std::string_view> Assignment(
      const Text& assigned, std::string from = "--set")  // NOLINT: a text is one of --set
      : text(std::string_view(assigned)), option(std::move(from)) {}
  std::string text;
  std::string option;
};

// Applies an assignment: a setting, or a cell key (then every group's axis becomes that value;
// "a,b,c" gives several). Same checks; positions read as the option. An error leaves the campaign
// as it was.
Status apply_set(Campaign& campaign, const Assignment& assignment, const CampaignSchema& schema);

}  // namespace pmembench
