// run_on_all: replicates of all cells by all ranks together, until each is known well enough.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cluster/cluster_cell.hpp"
#include "run/campaign_runner.hpp"

namespace pmembench {

// The cells of a run as they are stored: each cell as all ranks measured it together, then each
// host's own part of it. Cells that several hosts cannot measure are skipped, with the reason.
[[nodiscard]] Plan plan_with_hosts(const Plan& plan, const std::vector<std::string>& hosts,
                                   Ranges ranges);

// Until the total is known as well as the settings ask, and the interval of each host's ratio to
// the rest is within a third of the difference that `equal` excludes (measure/stragglers.hpp); between
// the smallest and the largest number of replicates. It is the width that counts, not what is
// found, so that looking after each replicate names nobody.
[[nodiscard]] bool cluster_wants_more(const std::vector<Replicate>& totals,
                                      const MeasureSettings& settings);

struct ClusterRunInput {
  const Plan* plan = nullptr;  // of one rank: without the hosts' cells
  Conductor* conductor = nullptr;
  ClusterPlace place;
  const Clock* clock = nullptr;
  std::map<std::string, std::vector<Replicate>> replicates;  // resume: the totals that there are
  const std::atomic<bool>* interrupted = nullptr;
};

// Rounds of replicates in random order: fresh workers on all ranks for each. The observer gets the
// replicate of each host and then that of all together. A cell that fails is not tried again; an
// error of the run (a host that did not answer) ends it, after what was measured before has reached
// the observer.
Result<RunOutcome> run_on_all(ClusterRunInput input, RunObserver& observer);

}  // namespace pmembench
