#include "cli/curve_plan.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "config/campaign_reader.hpp"

namespace pmembench {
namespace {

constexpr const char* kCurveCampaign =
    "name: curve\ncells:\n  - workload: loaded\n    media: dram:2M\n";

std::string key_of(const std::string& assignment) {
  return assignment.substr(0, assignment.find('='));
}

// What `base` has for a key, so that of several values its own is taken.
std::string value_in(const Cell& base, const std::string& key) {
  if (key == "threads") return std::to_string(base.threads);
  if (key == "placement") return base.placement.asked;
  if (key == "path") return base.path;
  const auto found = base.parameters.find(key);
  return found == base.parameters.end() ? std::string() : found->second;
}

}  // namespace

CurvePlanner::CurvePlanner(CurveWishes wishes, const Registry& registry, const Topology& topology,
                           bool destroy)
    : wishes_(std::move(wishes)), registry_(registry), topology_(topology), destroy_(destroy) {}

Result<std::vector<Cell>> CurvePlanner::plan(const std::vector<Assignment>& assignments) const {
  const CampaignSchema schema = campaign_schema();
  auto campaign = read_campaign_text(kCurveCampaign, "curve", schema);
  if (!campaign) return campaign.error();
  campaign->settings.seed = wishes_.seed;
  for (const Assignment& assignment : assignments) {
    const Status set = apply_set(*campaign, assignment, schema);
    if (!set) return set.error();
  }
  auto plan = make_plan(*campaign, {&registry_, &topology_, destroy_, "/"});
  if (!plan) return plan.error();
  return std::move(plan->cells);
}

Result<std::vector<Cell>> CurvePlanner::bases() const {
  std::vector<std::vector<Assignment>> pairs;
  for (const std::string& media : wishes_.media) pairs.push_back({{"media=" + media, "--media"}});
  for (const std::string& probe : wishes_.probes) {
    for (const std::string& load : wishes_.loads) {
      pairs.push_back({{"media=" + load, "--load"}});
      // The same medium twice is one medium, probed where it is loaded.
      if (probe != load) pairs.back().emplace_back("probe_media=" + probe, "--probe");
    }
  }
  std::vector<Cell> all;
  for (std::vector<Assignment> assignments : pairs) {
    assignments.insert(assignments.end(), wishes_.assignments.begin(), wishes_.assignments.end());
    assignments.emplace_back("load_share=0");
    auto cells = plan(assignments);
    if (!cells) return cells.error();
    std::move(cells->begin(), cells->end(), std::back_inserter(all));
  }
  return all;
}

Result<Cell> CurvePlanner::with(const Cell& base, const std::vector<std::string>& changes) const {
  std::string backend = base.backend;
  if (!base.backend_options.empty()) {
    std::string options = base.backend_options;
    std::replace(options.begin(), options.end(), ',', ';');
    backend += ":" + options;
  }
  std::vector<Assignment> assignments{"media=" + base.media, "backend=" + backend};
  if (!base.probe_media().empty()) assignments.emplace_back("probe_media=" + base.probe_media());
  for (const Assignment& assignment : wishes_.assignments) {
    const std::string key = key_of(assignment.text);
    if (key == "backend" || key == "media") continue;
    const std::string value = value_in(base, key);
    assignments.push_back(value.empty() ? assignment : Assignment(key + "=" + value));
  }
  assignments.insert(assignments.end(), changes.begin(), changes.end());
  auto cells = plan(assignments);
  if (!cells) return cells.error();
  PMB_CHECK(cells->size() == 1, "one value for every key gives one cell");
  return cells->front();
}

std::vector<double> CurvePlanner::shares() const {
  for (const unsigned steps : std::array<unsigned, 5>{20, 10, 5, 4, 2}) {
    if (steps + 1 > wishes_.points) continue;
    std::vector<double> shares;
    for (unsigned i = 0; i <= steps; ++i) shares.push_back(100.0 * i / steps);
    return shares;
  }
  return {0, 100};
}

}  // namespace pmembench
