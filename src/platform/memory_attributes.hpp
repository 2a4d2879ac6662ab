// What hwloc reports about each node's memory: its memory attributes, in addition to the kernel's
// own files.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "platform/topology.hpp"

namespace pmembench {

// Bandwidth and latency of one node as some CPUs see them.
struct MemoryAttributes {
  int node = -1;
  std::vector<int> cpus;  // the initiator's, ascending
  RatedAccess rated;      // source "hwloc"; its initiator_node is left open
};

// Of this host as hwloc finds it, or of a topology that was written by `lstopo FILE.xml`. What
// hwloc obeys holds here: HWLOC_XMLFILE names a topology whose administrator knows more than the
// firmware says. Where an attribute is one for reads and writes, it stands for both. Environment
// error where hwloc cannot read it.
Result<std::vector<MemoryAttributes>> read_memory_attributes(const std::string& xml_file = "");

// Adds what hwloc rates to the nodes of `topology`, for the pairs that the kernel's files rate
// nothing of.
void add_memory_attributes(const std::vector<MemoryAttributes>& attributes, Topology& topology);

}  // namespace pmembench
