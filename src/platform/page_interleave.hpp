// Weighted interleave: pages dealt out to NUMA nodes in turn, so many to each.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "platform/page_watch.hpp"

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
// where interleaved_node says: each range of pages for one node is bound to it (mbind, MPOL_BIND),
// touched, and then, many ranges at once, given one policy that they share, for a process has no
// room for so many areas. Verifies nothing. Environment error where the kernel refuses a node.
//
// The kernel's own MPOL_WEIGHTED_INTERLEAVE (Linux 6.9) is not used where there is one: its weights
// are one table for the whole host, which only root may write and all other programs share.
Status touch_interleaved(void* address, std::uint64_t size_bytes, std::uint64_t page_bytes,
                         std::span<const NodeWeight> weights);

// Asks for the node of every page (of 4 KiB; beyond 16 GiB for the first of each of `page_bytes`).
// Environment error that names the first page which lies elsewhere than interleaved_node says. A
// kernel that cannot tell is no error here.
Status verify_interleaved(const void* address, std::uint64_t size_bytes, std::uint64_t page_bytes,
                          std::span<const NodeWeight> weights,
                          const NodeQuery& query = query_nodes);

}  // namespace pmembench
