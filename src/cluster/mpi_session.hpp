// The life of a rank: from MPI_Init to MPI_Finalize, or to MPI_Abort.
#pragma once

#include <atomic>

#include "cluster/link.hpp"

namespace pmembench {

// How a rank ended. `ended_well`: the ranks have parted from each other; else the others may be
// waiting, and are ended.
struct ClusterExit {
  int status = 0;
  bool ended_well = true;
};

using CatchInterrupts = const std::atomic<bool>& (*)();
using RunRank = ClusterExit (*)(int argc, char** argv, ClusterLink& link,
                                const std::atomic<bool>& interrupted);

// The exit status. MPI's own handlers of signals are replaced by `catch_interrupts`.
int run_as_rank(int argc, char** argv, CatchInterrupts catch_interrupts, RunRank run);

}  // namespace pmembench
