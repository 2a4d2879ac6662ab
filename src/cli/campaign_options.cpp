#include "cli/campaign_options.hpp"

#include "config/campaign_reader.hpp"
#include "plan/plan.hpp"

namespace pmembench {

void CampaignOptions::add_to(CLI::App& command, const std::string& budget_help, bool required) {
  command.add_option("campaign", file, "Campaign file (YAML)")
      ->required(required)
      ->type_name("CAMPAIGN");
  command.add_option("--set", assignments, "Set a key of the campaign (repeatable)")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command.add_option("--media", media, "Measure on this medium: --set media=MEDIUM")
      ->type_name("MEDIUM");
  command.add_option("--backend", backend, "Measure this backend: --set backend=BACKEND")
      ->type_name("BACKEND");
  command.add_option("--budget", budget, budget_help)->type_name("TIME");
}

Result<Campaign> CampaignOptions::read() const {
  const CampaignSchema schema = campaign_schema();
  auto campaign = read_campaign(file, schema);
  if (!campaign) return campaign;
  std::vector<std::string> all = assignments;
  if (!media.empty()) all.push_back("media=" + media);
  if (!backend.empty()) all.push_back("backend=" + backend);
  if (!budget.empty()) all.push_back("budget=" + budget);
  for (const std::string& assignment : all) {
    const Status set = apply_set(*campaign, assignment, schema);
    if (!set) return set.error();
  }
  return campaign;
}

std::string CampaignOptions::asked_backend() const {
  if (!backend.empty()) return backend;
  constexpr std::string_view kKey = "backend=";
  for (auto one = assignments.rbegin(); one != assignments.rend(); ++one) {
    if (one->starts_with(kKey)) return one->substr(kKey.size());
  }
  return {};
}

}  // namespace pmembench
