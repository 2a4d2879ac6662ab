// pmembench-mpi: the command line of one rank of several.
#pragma once

#include <atomic>

#include "cluster/mpi_session.hpp"

namespace pmembench {

// All of it, for one rank.
ClusterExit run_cluster_command_line(int argc, char** argv, ClusterLink& link,
                                     const std::atomic<bool>& interrupted);

}  // namespace pmembench
