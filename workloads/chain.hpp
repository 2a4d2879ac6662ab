// Chain: one cycle of pointers through all nodes of a region, in a chosen order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pmembench {

enum class ChainOrder {
  random,      // every cycle equally likely (Sattolo)
  sequential,  // node after node, and back to the first
  tlb_local,   // all nodes of a window in random order, then the next window; windows in random
               // order
  tlb_hostile  // each step to another page; a page is met again only after all others
};

struct ChainSpec {
  ChainOrder order = ChainOrder::random;
  std::uint64_t stride_bytes = 64;         // between nodes; at least 8
  std::uint64_t window_bytes = 256 << 10;  // of tlb_local; a multiple of the stride
  std::uint64_t page_bytes = 4096;         // of tlb_hostile; a multiple of the stride
  std::uint64_t seed = 0;
};

// How many nodes the chain through `region_bytes` has: whole strides; with tlb_hostile, those in
// whole pages.
[[nodiscard]] std::uint64_t chain_nodes(const ChainSpec& spec, std::uint64_t region_bytes);

// Writes the address of the next node into the first 8 bytes of each, and no other byte. The cycle
// begins at the returned address, and has chain_nodes() nodes: two at least. The same seed gives
// the same cycle.
void* build_chain(std::span<std::byte> region, const ChainSpec& spec);

}  // namespace pmembench
