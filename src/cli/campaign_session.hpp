// A campaign that was planned, measured into the store: what `run` and `mlc` share.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "plan/plan.hpp"
#include "record/row.hpp"
#include "results/store.hpp"
#include "run/campaign_runner.hpp"

namespace pmembench {

// The campaign on this host: nodes and ratings as the kernel and hwloc know them.
Result<Plan> plan_on_host(const Campaign& campaign, const Host& host, bool destroy);

struct SessionOptions {
  std::string database;
  bool destroy = false, resume = false;
  std::map<std::string, std::string> identities;  // of the media, before they were opened
};

struct MeasuredCampaign {
  std::int64_t run = 0;
  RunOutcome outcome;
  std::vector<Row> rows;
  // Cells with a result; that can run and were not begun; below the least number of processes; and
  // that failed, those included that contradict others.
  std::size_t measured = 0, unmeasured = 0, begun = 0, failed = 0;
};

// Measures the plan as a new run of the store (or goes on with its unfinished one), with progress
// on standard error. Errors leave the run as failed, with what was measured.
Result<MeasuredCampaign> measure_campaign(const Plan& plan, const Host& host,
                                          const GlobalOptions& global,
                                          const SessionOptions& options, Store& store);

// The plan as the store and `run --dry-run --json` have it.
[[nodiscard]] nlohmann::json plan_json(const Plan& plan);

}  // namespace pmembench
