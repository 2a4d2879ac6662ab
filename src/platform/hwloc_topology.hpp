// A topology of hwloc as a value that goes with its owner. For src/platform only.
#pragma once

#include <hwloc.h>

#include <memory>

namespace pmembench {

struct DestroyHwlocTopology {
  void operator()(hwloc_topology_t topology) const { hwloc_topology_destroy(topology); }
};
using HwlocTopology = std::unique_ptr<hwloc_topology, DestroyHwlocTopology>;

}  // namespace pmembench
