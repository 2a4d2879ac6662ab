// The word "each" of a campaign: what it stands for on this host, written out.
#pragma once

#include <string>

#include "config/campaign.hpp"
#include "platform/topology.hpp"

namespace pmembench {

// Replaces each value of `media` and `placement` that says "each" by what this host has:
//
//   dram:SIZE,node=each        every node with memory, those without CPUs (CXL, kmem) too
//   dram:SIZE,interleave=each  every pair of such nodes of which one has CPUs: node A alone, 7:1,
//                              3:1, 5:3, 1:1, 3:5, 1:3, 1:7, and node B alone
//   devdax:each                every dax device that can be mapped (driver device_dax; those of
//                              kmem are nodes), under `root`; "" does not look for any
//   cpu_node=each              every node with a CPU that this process may use
//
// Where the host has nothing of the kind the value stays as it is, for a cell that says so.
CellGroup expand_each(const CellGroup& group, const Topology& topology, const std::string& root);

}  // namespace pmembench
