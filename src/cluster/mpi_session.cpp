#include "cluster/mpi_session.hpp"

#include <mpi.h>
#include <unistd.h>

#include <csignal>

#include "cluster/mpi_link.hpp"

namespace pmembench {
namespace {

constexpr unsigned kSecondsToAbort = 3;

}  // namespace

int run_as_rank(int argc, char** argv, CatchInterrupts catch_interrupts, RunRank run) {
  MPI_Init(&argc, &argv);
  const std::atomic<bool>& interrupted = catch_interrupts();
  ClusterExit end;
  {
    MpiLink link(interrupted);
    end = run(argc, argv, link, interrupted);
  }
  if (!end.ended_well) {
    // Where a host cannot be reached MPI may wait for it here too.
    std::signal(SIGALRM, SIG_DFL);
    alarm(kSecondsToAbort);
    MPI_Abort(MPI_COMM_WORLD, end.status);
  }
  MPI_Finalize();
  return end.status;
}

}  // namespace pmembench
