// pmembench-mpi: one rank of a measurement by several hosts. Everything else is in cli/.
#include <mpi.h>

#include <unistd.h>

#include <csignal>
#include <cstring>

#include "cli/cluster_command_line.hpp"
#include "cli/command_line.hpp"
#include "cli/interrupt.hpp"
#include "cluster/mpi_link.hpp"

namespace {

constexpr unsigned kSecondsToAbort = 3;

}  // namespace

int main(int argc, char** argv) {
  // A worker of a rank is no rank.
  if (argc > 1 && std::strcmp(argv[1], "worker") == 0) {
    return pmembench::run_command_line(argc, argv);
  }
  MPI_Init(&argc, &argv);
  const std::atomic<bool>& interrupted = pmembench::catch_interrupts();
  pmembench::ClusterExit end;
  {
    pmembench::MpiLink link(interrupted);
    end = pmembench::run_cluster_command_line(argc, argv, link, interrupted);
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
