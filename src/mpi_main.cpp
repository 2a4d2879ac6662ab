// pmembench-mpi: one rank of a measurement by several hosts. Everything is in cli/ and cluster/.
#include <cstring>

#include "cli/cluster_command_line.hpp"
#include "cli/command_line.hpp"
#include "cli/interrupt.hpp"
#include "cluster/mpi_session.hpp"

int main(int argc, char** argv) {
  using namespace pmembench;
  // The worker of a rank is not itself a rank.
  if (argc > 1 && std::strcmp(argv[1], "worker") == 0) return run_command_line(argc, argv);
  return run_as_rank(argc, argv, catch_interrupts, run_cluster_command_line);
}
