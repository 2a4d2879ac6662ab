// Placement of a cell: what `place` needs to know of the media, and what it can do for it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "dax/media_spec.hpp"
#include "plan/placement.hpp"
#include "platform/topology.hpp"

namespace pmembench {

// As place(), for this medium. Only dram can be put on a node: for other media the node is found (a
// dax device's, under `root`; "" does not look) or unknown, and a placement that moves the memory
// is refused (kind environment).
Result<Placement> place_on_media(std::string_view asked, unsigned threads, const MediaSpec& spec,
                                 const Topology& topology, const std::string& root);

// The node of the memory itself behind a memory-side cache: for a dax device the node that it would
// be as system RAM. -1: unknown, or several.
int memory_node_of(const MediaSpec& spec, const Placement& placement, const Topology& topology,
                   const std::string& root);

}  // namespace pmembench
