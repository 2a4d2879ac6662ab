// Which NUMA nodes are the memory of an accelerator: a GPU's, made a node by its driver.
#pragma once

#include <vector>

namespace pmembench {

class HostTree;
struct NumaNode;

// Marks nodes without CPUs that the firmware names as an initiator of their own (a GPU), that a
// driver says are its GPU's, or on which a display or processing device of PCI lies. Memory behind
// CXL and kmem has none of these.
void mark_accelerator_nodes(const HostTree& tree, std::vector<NumaNode>& nodes);

}  // namespace pmembench
