// Weighted interleave: pages dealt out to NUMA nodes in turn, so many to each.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace pmembench {

struct NodeWeight {
  int node = -1;
  unsigned weight = 1;  // pages in a row
  bool operator==(const NodeWeight&) const = default;
};

// "0:3+1:1": how users write it.
[[nodiscard]] std::string interleave_text(std::span<const NodeWeight> weights);

// The node of the `index`-th page: of 0:3+1:1, pages 0 to 2 on node 0, 3 on node 1, 4 on node 0.
[[nodiscard]] int interleaved_node(std::span<const NodeWeight> weights, std::uint64_t index);

// Node -> share of `pages` pages that are dealt out so.
[[nodiscard]] std::map<int, double> interleaved_shares(std::span<const NodeWeight> weights,
                                                       std::uint64_t pages);

// Touches [address, +size), which nobody has touched, so that page by page (of `page_bytes`) lies
// where interleaved_node says; verifies nothing. The calling thread's own memory policy is put
// aside meanwhile. Environment error where the kernel refuses a node.
//
// The kernel's own MPOL_WEIGHTED_INTERLEAVE (Linux 6.9) is not used: its weights are one table for
// the whole host, which only root may write and which all other programs share. A mapping with a
// policy for each piece (mbind) works too, but splits into as many areas as there are pieces, of
// which a process may have 65,530: 128 MiB of small pages, 1:1. The policy of the thread that
// touches places the same pages with one call a node.
Status touch_interleaved(void* address, std::uint64_t size_bytes, std::uint64_t page_bytes,
                         std::span<const NodeWeight> weights);

}  // namespace pmembench
