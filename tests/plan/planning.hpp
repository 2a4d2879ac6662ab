// Plans a campaign's text on a fake host.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "plan/plan.hpp"
#include "tests/plan/fake_backends.hpp"
#include "tests/plan/fake_topology.hpp"

namespace pmembench {

inline Result<Plan> plan_of(const std::string& yaml, const Topology& topology = one_node(2),
                            const std::vector<std::string>& sets = {}) {
  const CampaignSchema schema = campaign_schema();
  auto campaign = read_campaign_text(yaml, "c.yaml", schema);
  if (!campaign) return campaign.error();
  for (const std::string& set : sets) {
    if (const Status status = apply_set(*campaign, set, schema); !status) return status.error();
  }
  const Registry registry = fake_registry();
  return make_plan(*campaign, {&registry, &topology, false, ""});
}

inline std::string plan_error(const std::string& yaml, const std::vector<std::string>& sets = {}) {
  const auto plan = plan_of(yaml, one_node(2), sets);
  return plan ? "no error" : plan.error().message;
}

inline std::vector<Cell> cells_of(const std::string& yaml, const Topology& topology = one_node(2)) {
  auto plan = plan_of(yaml, topology);
  if (!plan) {
    Cell failed;
    failed.name = plan.error().message;
    return {failed};
  }
  return std::move(plan).value().cells;
}

// Names in order; a skipped cell's with " (skipped)".
inline std::vector<std::string> names_of(const std::vector<Cell>& cells) {
  std::vector<std::string> names;
  for (const Cell& cell : cells) {
    names.push_back(cell.name + (cell.skip_reason.empty() ? "" : " (skipped)"));
  }
  return names;
}

}  // namespace pmembench
