// Placement: which worker thread runs on which CPU, and on which node the memory lies.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "platform/topology.hpp"

namespace pmembench {

struct Placement {
  std::string asked;      // "near", "far", "cpus=0-1;node=1", "cpu_node=0;node=1"
  std::vector<int> cpus;  // one a thread
  int memory_node = -1;   // -1: leave it to the kernel (one node, or unknown)
};

// near: CPUs of the node that holds the memory (of `media_node`, else of the first node with CPUs),
// in ascending order, first one of each core; far: memory on the node most distant from those CPUs;
// explicit as above. Refuses: more threads than CPUs, a node or CPU that does not exist, far on one
// node (kind environment: the cell is skipped), bad grammar (kind usage).
Result<Placement> place(std::string_view asked, unsigned threads, int media_node,
                        const Topology& topology);

}  // namespace pmembench
