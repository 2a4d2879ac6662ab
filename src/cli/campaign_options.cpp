#include "cli/campaign_options.hpp"

#include "cli/campaign_files.hpp"
#include "config/campaign_reader.hpp"
#include "plan/plan.hpp"

namespace pmembench {

void CampaignOptions::add_to(CLI::App& command, const std::string& budget_help, bool required) {
  command
      .add_option(
          "campaign", file,
          "A campaign file (YAML), or the name of one that ships: `pmembench list campaigns`.")
      ->required(required)
      ->type_name("CAMPAIGN");
  command.add_option("--set", assignments, "Set a key of the campaign.")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command.add_option("--media", media, "Measure on this medium.")->type_name("MEDIUM");
  command.add_option("--backend", backend, "Measure this backend.")->type_name("BACKEND");
  command
      .add_option("--kernel", kernel,
                  "Read by this kernel of the backend: auto (measure which is the fastest), ahead, "
                  "plain, string.")
      ->type_name("KERNEL");
  command.add_option("--budget", budget, budget_help)->type_name("TIME");
}

void CampaignOptions::add_replicates_to(CLI::App& command) {
  command
      .add_option("--replicates", replicates,
                  "Measure each cell in exactly this many fresh processes, if the budget allows.")
      ->type_name("COUNT")
      ->check(CLI::Range(1, 1'000'000));
}

Result<Campaign> CampaignOptions::read() {
  auto found = campaign_file(file, campaign_folder());
  if (!found) return found.error();
  file = *std::move(found);
  const CampaignSchema schema = campaign_schema();
  auto campaign = read_campaign(file, schema);
  if (!campaign) return campaign;
  std::vector<Assignment> all(assignments.begin(), assignments.end());
  if (!media.empty()) all.emplace_back("media=" + media, "--media");
  if (!backend.empty()) all.emplace_back("backend=" + backend, "--backend");
  if (!kernel.empty()) all.emplace_back("kernel=" + kernel, "--kernel");
  if (!budget.empty()) all.emplace_back("budget=" + budget, "--budget");
  if (replicates > 0) {
    const std::string count = std::to_string(replicates);
    all.emplace_back("minimum_replicates=" + count, "--replicates");
    all.emplace_back("maximum_replicates=" + count, "--replicates");
  }
  for (const Assignment& assignment : all) {
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
