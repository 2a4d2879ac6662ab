// Which NUMA nodes are the memory of an accelerator: a GPU's, made a node by its driver.
#pragma once

#include <vector>

namespace pmembench {

class HostTree;
struct NumaNode;

// Flags nodes without CPUs that belong to an accelerator: the firmware names them as a separate
// initiator (a GPU), a driver reports them as its GPU's, or a display or processing device of PCI
// is on them. Memory behind CXL and kmem has none of these.
void mark_accelerator_nodes(const HostTree& tree, std::vector<NumaNode>& nodes);

}  // namespace pmembench
