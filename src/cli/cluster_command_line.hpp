// pmembench-mpi: the command line of one rank of several.
#pragma once

#include <atomic>

#include "cluster/link.hpp"

namespace pmembench {

// The exit status. `ended_well`: the ranks have parted from each other; else the caller must end
// the others, which may be waiting.
struct ClusterExit {
  int status = 0;
  bool ended_well = true;
};
ClusterExit run_cluster_command_line(int argc, char** argv, ClusterLink& link,
                                     const std::atomic<bool>& interrupted);

}  // namespace pmembench
