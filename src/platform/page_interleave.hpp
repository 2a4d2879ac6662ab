// Weighted interleave: pages distributed to NUMA nodes in turn, to each as many as its weight.
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

// Node -> share of `pages` pages that are distributed so.
[[nodiscard]] std::map<int, double> interleaved_shares(std::span<const NodeWeight> weights,
                                                       std::uint64_t pages);

// Touches [address, +size), which no thread has touched, so that each page (of `page_bytes`) is on
// the node that interleaved_node returns: each range of pages for one node is bound to it (mbind,
// MPOL_BIND), touched, and then many ranges at once get one policy that they share, because the
// number of areas of a process is limited. Verifies nothing. Environment error if the kernel
// refuses a node.
//
// The kernel's own MPOL_WEIGHTED_INTERLEAVE (Linux 6.9) is not used where there is one: its weights
// are one table for the whole host, which only root may write and all other programs share.
Status touch_interleaved(void* address, std::uint64_t size_bytes, std::uint64_t page_bytes,
                         std::span<const NodeWeight> weights);

// Asks for the node of every page (of 4 KiB; beyond 16 GiB for the first of each of `page_bytes`).
// Environment error that names the first page that is on another node than interleaved_node
// returns. A kernel that cannot report nodes is not an error here.
Status verify_interleaved(const void* address, std::uint64_t size_bytes, std::uint64_t page_bytes,
                          std::span<const NodeWeight> weights,
                          const NodeQuery& query = query_nodes);

}  // namespace pmembench
