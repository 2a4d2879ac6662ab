// From what each rank did of a cell to replicates: one of each host, and one of all together.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "measure/clock_offset.hpp"
#include "measure/common_window.hpp"
#include "record/replicate.hpp"
#include "run/core_watch.hpp"
#include "run/protocol.hpp"

namespace pmembench {

// One rank's part in a cell, as it reported it.
struct RankPart {
  OpenedReply opened;
  std::vector<SliceReply> slices;  // all from the agreed start on, with times of its own clock
  CellDoneReply done;
  double steal_share = 0;
  ClockMap clock;  // its clock to rank 0's
};

struct ClusterReplicates {
  Replicate total;
  std::vector<Replicate> hosts;  // by rank; their cells are host_cell()'s
  CommonWindow window;
};

// The name of a host's own row of a cell.
[[nodiscard]] std::string host_cell_name(const std::string& cell, const std::string& host);
// The cell as one host measured it, and as all together did.
[[nodiscard]] Cell host_cell(const Cell& cell, const std::string& host);
[[nodiscard]] Cell total_cell(const Cell& cell, std::size_t ranks);

// Only slices in the common window count. The total's operations and bytes are the sums of the
// hosts', and its rate is the sum of their rates (each of the median of its slices). Its claim is
// the weakest. `start_ns`: the agreed start, by rank 0's clock. `cores`: by rank, what earlier
// replicates learned. Error (runtime): an empty window, with the host that is missing.
Result<ClusterReplicates> cluster_replicates(const Cell& cell, unsigned index, std::uint64_t seed,
                                             const std::vector<RankPart>& parts,
                                             const std::vector<std::string>& hosts, double start_ns,
                                             std::vector<CoreWatch>& cores);

}  // namespace pmembench
