// NodePair: from which NUMA node a cell reaches for memory, and where that memory is.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dax/media_spec.hpp"
#include "plan/placement.hpp"
#include "platform/topology.hpp"

namespace pmembench {

struct NodePair {
  int initiator_node = -1;         // of all the cell's CPUs
  std::string target;              // "node 1", "dax0.0", "interleave 0:3+1:1"
  std::optional<int> target_node;  // nullopt: unknown, or several
  std::vector<NodeWeight> interleave;
  std::optional<RatedAccess> rated;  // of the pair by the firmware; nullopt: it does not say
  // What else the cell is, without medium and CPUs: pairs of one group are fields of one matrix.
  std::string group;
};

// Nothing where the placement does not name the node of the CPUs (cpu_node=N), or the medium is not
// memory with a known node (a file, a block device). `root` is where the facts of dax devices are
// read; "" does not look.
std::optional<NodePair> node_pair_of(const MediaSpec& spec, const Placement& placement,
                                     const Topology& topology, const std::string& root);

}  // namespace pmembench
