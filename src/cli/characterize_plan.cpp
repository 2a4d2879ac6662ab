#include "cli/characterize_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/units.hpp"
#include "cli/campaign_options.hpp"
#include "cli/campaign_session.hpp"
#include "cli/small_media.hpp"
#include "datasheet/probe_properties.hpp"
#include "dax/sim_model.hpp"

namespace pmembench {
namespace {

std::string first_value(const CellGroup& group, const std::string& key) {
  const CampaignAxis* const axis = group.axis(key);
  return axis == nullptr ? std::string() : axis->values.front().text;
}

// What stands for a group that does not fit: its workload, parameters and the reason.
Row absent_row(const CellGroup& group, const std::string& media, const std::string& reason) {
  Row row;
  row.media = media;
  row.workload = first_value(group, "workload");
  row.backend = first_value(group, "backend");
  for (const CampaignAxis& axis : group.axes) {
    if (!axis.inherited) row.parameters[axis.key] = axis.values.front().text;
  }
  for (const ParameterSpec& spec : find_workload(row.workload)->parameters) {
    row.parameters.emplace(spec.name, spec.default_value);
  }
  row.status = "skipped";
  row.reason = reason;
  return row;
}

// Ranges that are larger than the medium go; true where some are left, or the group names none.
bool keep_ranges(CellGroup& group, std::uint64_t bytes) {
  for (CampaignAxis& axis : group.axes) {
    if (axis.key != "range_size") continue;
    std::erase_if(axis.values, [&](const CampaignValue& value) {
      const auto range = parse_count(value.text);
      return range && *range > bytes;
    });
    return !axis.values.empty();
  }
  return true;
}

CellGroup on_medium(const CellGroup& group, const std::string& media) {
  CellGroup own = group;
  for (CampaignAxis& axis : own.axes) {
    if (axis.key != "media") continue;
    axis.values.resize(1);
    axis.values.front().text = media;
  }
  return own;
}

std::string too_small(const std::string& media, std::uint64_t bytes) {
  return fmt::format("{} has {}: too little for this probe", media, format_size(bytes));
}

// The groups of the campaign on one medium, each tried by itself: one that this medium does not
// hold is not a mistake of the user.
Status add_medium(const Campaign& campaign, const std::string& media,
                  const CharacterizeWishes& wishes, const Host& host,
                  std::vector<CellGroup>& groups, std::vector<Row>& absent) {
  const std::uint64_t bytes = known_medium_bytes(media, host);
  for (const CellGroup& written : campaign.groups) {
    CellGroup group = on_medium(written, media);
    if (bytes != 0 && !keep_ranges(group, bytes)) {
      absent.push_back(absent_row(written, media, too_small(media, bytes)));
      continue;
    }
    if (bytes == 0) {
      groups.push_back(std::move(group));
      continue;
    }
    Campaign alone = campaign;
    alone.groups = {group};
    const auto tried = plan_on_host(alone, host, wishes.destroy);
    if (tried) {
      groups.push_back(std::move(group));
      continue;
    }
    // A word that is wrong is wrong for every group.
    const auto fits = plan_on_host(
        [&] {
          Campaign unsized = campaign;
          unsized.groups = {on_medium(written, "dram:auto")};
          return unsized;
        }(),
        host, wishes.destroy);
    if (!fits || parse_media(media)->size_bytes == 0) return tried.error();
    absent.push_back(absent_row(written, media, too_small(media, bytes)));
  }
  return {};
}

bool is_asked_for(const Cell& cell, const std::vector<std::string>& only) {
  if (only.empty()) return true;
  const std::vector<std::string> uses = properties_of(cell);
  return std::any_of(uses.begin(), uses.end(), [&](const std::string& use) {
    return std::find(only.begin(), only.end(), use) != only.end();
  });
}

// One worker measures all cells of a medium: each uses as much of it as the one that uses most.
void use_alike(std::vector<Cell>& cells) {
  std::map<std::string, std::uint64_t> most;
  std::map<std::string, bool> whole;
  for (const Cell& cell : cells) {
    if (!cell.skip_reason.empty()) continue;
    if (cell.used_bytes == 0) whole[cell.media] = true;
    most[cell.media] = std::max(most[cell.media], cell.used_bytes);
  }
  for (Cell& cell : cells) {
    if (cell.skip_reason.empty()) cell.used_bytes = whole[cell.media] ? 0 : most[cell.media];
  }
}

}  // namespace

std::uint64_t known_medium_bytes(const std::string& media, const Host& host) {
  const auto spec = parse_media(media);
  if (!spec) return 0;
  if (spec->size_bytes != 0) return spec->size_bytes;
  if (spec->kind == DAX_MEDIA_SIM) {
    const auto model = sim_model_of(*spec);
    return model ? model->size_bytes : 0;
  }
  std::error_code ignored;
  if (spec->path.empty() || !std::filesystem::exists(spec->path, ignored)) return 0;
  if (std::filesystem::is_regular_file(spec->path, ignored)) {
    const std::uint64_t bytes = std::filesystem::file_size(spec->path, ignored);
    return ignored ? 0 : bytes;
  }
  const auto looked_at = open_to_look(host, media, "");
  return looked_at ? looked_at->opened.device->size_bytes() : 0;
}

Result<CharacterizePlan> plan_characterize(const std::string& name,
                                           const CharacterizeWishes& wishes, const Host& host) {
  CampaignOptions options;
  options.file = name;
  options.media = wishes.media;
  options.backend = wishes.backend;
  options.budget = wishes.budget;
  auto campaign = options.read();
  if (!campaign) return campaign.error();
  std::vector<CellGroup> groups;
  std::vector<Row> absent;
  for (const std::string& media : {wishes.media, wishes.against}) {
    if (media.empty()) continue;
    const Status added = add_medium(*campaign, media, wishes, host, groups, absent);
    if (!added) return added.error();
  }
  CharacterizePlan own;
  own.absent = std::move(absent);
  campaign->groups = std::move(groups);
  auto plan = plan_on_host(*campaign, host, wishes.destroy);
  if (!plan) return plan.error();
  std::erase_if(plan->cells, [&](const Cell& cell) { return !is_asked_for(cell, wishes.only); });
  use_alike(plan->cells);
  own.plan = *std::move(plan);
  return own;
}

}  // namespace pmembench
