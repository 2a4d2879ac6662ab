// Lays one "key=value" of --set over a campaign that was read.
#include <algorithm>
#include <utility>

#include "config/campaign_reader.hpp"
#include "config/cell_values.hpp"
#include "config/settings.hpp"

namespace pmembench {
namespace {

std::vector<std::string_view> split_at_commas(std::string_view text) {
  std::vector<std::string_view> pieces;
  for (std::size_t comma = text.find(','); comma != std::string_view::npos;
       comma = text.find(',')) {
    pieces.push_back(text.substr(0, comma));
    text.remove_prefix(comma + 1);
  }
  pieces.push_back(text);
  return pieces;
}

Result<std::vector<CampaignValue>> read_set_values(const CellKey& key, std::string_view text,
                                                   const SourcePosition& at) {
  std::vector<CampaignValue> values;
  const auto pieces = key.commas ? std::vector<std::string_view>{text} : split_at_commas(text);
  for (const std::string_view piece : pieces) {
    if (piece.empty()) {
      return error_at(
          at, fmt::format("{}: '{}' has an empty value between its commas", key.name, text));
    }
    const auto read = read_values(key, piece, at);
    if (!read) return read.error();
    if (values.size() + read->size() > kMaximumAxisValues) {
      return error_at(at,
                      fmt::format("'{}' has more than {} values", key.name, kMaximumAxisValues));
    }
    values.insert(values.end(), read->begin(), read->end());
  }
  return values;
}

Status set_axis(Campaign& campaign, const CellKey& key, std::string_view text,
                const SourcePosition& at) {
  const auto values = read_set_values(key, text, at);
  if (!values) return values.error();
  std::vector<CellGroup> groups = campaign.groups;
  std::size_t cells_left = kMaximumCells;
  for (CellGroup& group : groups) {
    const auto axis = std::find_if(group.axes.begin(), group.axes.end(),
                                   [&](const CampaignAxis& one) { return one.key == key.name; });
    if (axis != group.axes.end()) {
      axis->values = *values;
    } else {
      group.axes.insert(group.axes.begin(), CampaignAxis{key.name, at, *values, true});
    }
    if (const Status status = take_cells(group, at, cells_left); !status) return status;
  }
  campaign.groups = std::move(groups);
  return {};
}

}  // namespace

Status apply_set(Campaign& campaign, const Assignment& given, const CampaignSchema& schema) {
  const std::string_view assignment = given.text;
  const SourcePosition at{given.option, 0, 0};
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return error_at(
        at,
        fmt::format("'{}' is not an assignment: write key=value, such as budget=60s", assignment));
  }
  const std::string_view name = assignment.substr(0, equals);
  const std::string_view text = assignment.substr(equals + 1);
  if (text.empty()) return error_at(at, fmt::format("'{}' has no value", name));
  if (is_setting(name)) {
    if (const Status status = read_setting(campaign.settings, name, text, at); !status) {
      return status;
    }
    campaign.setting_positions[std::string(name)] = at;
    return {};
  }
  const CellKey* key = find_cell_key(schema, name);
  if (key != nullptr) return set_axis(campaign, *key, text, at);
  std::vector<std::string> known = setting_names();
  for (std::string& one : cell_key_names(schema)) known.push_back(std::move(one));
  return error_at(at, fmt::format("unknown key '{}'{}", name, did_you_mean(name, known)));
}

}  // namespace pmembench
