// Ladder: one workload down all the paths of a run, and what each rung costs over the one below.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "measure/estimate.hpp"
#include "record/replicate.hpp"
#include "record/row.hpp"

namespace pmembench {

struct LadderRung {
  std::string cell;
  std::string path;           // with the path's own parameters that tell it from its like
  Estimate ns_per_operation;  // as in the row
  // Over the rung below, from differences within the same replicate (a round of the run measures
  // all rungs): nanoseconds, and as a share (0.5: half as much again). Absent on the lowest, and
  // where fewer than two replicates are common.
  std::optional<Estimate> cost_ns, cost_share;
  std::map<std::string, double> amplification;  // as in the row
};

struct Ladder {
  std::string title;              // workload, its parameters, threads, backend
  std::vector<LadderRung> rungs;  // from the lowest: mapped, direct, fs-dax, ..., posix
};

// The rows that were measured and differ only by path, backend apart (kernel and posix have one of
// their own and stand in every ladder of their workload). At least three rungs make a ladder.
// `replicates` by cell. In the order of the rows.
std::vector<Ladder> ladders_of(const std::vector<Row>& rows,
                               const std::map<std::string, std::vector<Replicate>>& replicates,
                               double confidence = 0.95);

}  // namespace pmembench
