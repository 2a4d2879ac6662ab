// Placement: which worker thread runs on which CPU, and which node holds the memory.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "platform/topology.hpp"

namespace pmembench {

// For `threads`: as many as the placement has CPUs.
inline constexpr unsigned kAllThreads = 0;

struct Placement {
  std::string asked;      // "near", "far", "cpus=0-1;node=1", "cpu_node=0;node=1"
  std::vector<int> cpus;  // one a thread
  int memory_node = -1;   // -1: leave it to the kernel (one node, or unknown)
};

// near: CPUs of the node that holds the memory (of `media_node`, else of the first node with CPUs
// and memory), in ascending order, first one of each core, then their siblings; where that node has
// none (CXL), of the nearest node that has. Of equally near nodes those that the firmware names as
// best initiators (access0, then access1). far: memory on the node most distant from the first node
// with CPUs and memory; where the memory is on `media_node`, CPUs of the node most distant from it.
// Memory of an accelerator is never chosen, only named. Explicit: CPUs by
// number or node, memory by node; either may be left out, and is then chosen as by near. Only
// usable CPUs count. A distance that the host does not report has the kernel's default: 10 to
// itself, 20 to others.
//
// Refuses: more threads than CPUs, a node or CPU that does not exist, far on one node (kind
// environment: the cell is skipped), bad grammar and two nodes for one memory (kind usage).
Result<Placement> place(std::string_view asked, unsigned threads, int media_node,
                        const Topology& topology);

// Environment error: this host has no such node, or no memory there that this process may use.
[[nodiscard]] Status check_memory_node(int id, const Topology& topology);

// How many of these CPUs have a sibling of the same core among them.
[[nodiscard]] unsigned count_siblings(const std::vector<int>& cpus, const Topology& topology);

}  // namespace pmembench
