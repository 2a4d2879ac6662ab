#include "workloads/chain.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <numeric>
#include <vector>

#include "base/check.hpp"
#include "base/random.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kDrawnAhead = 32;

class Nodes {
 public:
  Nodes(std::span<std::byte> region, std::uint64_t stride_bytes)
      : base_(region.data()), stride_bytes_(stride_bytes) {}
  [[nodiscard]] std::byte* at(std::uint64_t index) const { return base_ + index * stride_bytes_; }
  [[nodiscard]] void* next(std::uint64_t index) const {
    void* value = nullptr;
    std::memcpy(&value, at(index), sizeof value);
    return value;
  }
  void set_next(std::uint64_t index, void* value) const {
    std::memcpy(at(index), &value, sizeof value);
  }
  // The node that `index` leads to.
  [[nodiscard]] std::uint64_t index_after(std::uint64_t index) const {
    const auto* to = static_cast<const std::byte*>(next(index));
    return static_cast<std::uint64_t>(to - base_) / stride_bytes_;
  }

 private:
  std::byte* base_;
  std::uint64_t stride_bytes_;
};

// Sattolo's algorithm, in place: one cycle through `count` nodes, every such cycle equally likely
// (S. Sattolo, "An algorithm to generate a random cyclic permutation", IPL 22, 1986). Node i is
// the one that `node_of` makes of i. The partners of the next few nodes are drawn ahead and fetched
// meanwhile: over a range beyond the caches each of them is a miss.
template <typename NodeOf>
void link_at_random(const Nodes& nodes, std::uint64_t count, Random& random, NodeOf node_of) {
  for (std::uint64_t i = 0; i < count; ++i) nodes.set_next(node_of(i), nodes.at(node_of(i)));
  std::array<std::uint64_t, kDrawnAhead> partners{};
  std::uint64_t drawn = count - 1;  // the node whose partner is drawn next
  const auto draw = [&] {
    if (drawn == 0) return;
    std::uint64_t& partner = partners[drawn % kDrawnAhead];
    partner = node_of(random.below(drawn--));
    __builtin_prefetch(nodes.at(partner), 1);
  };
  for (std::size_t i = 1; i < kDrawnAhead; ++i) draw();
  for (std::uint64_t i = count - 1; i > 0; --i) {
    draw();
    const std::uint64_t partner = partners[i % kDrawnAhead];
    void* const other = nodes.next(partner);
    nodes.set_next(partner, nodes.next(node_of(i)));
    nodes.set_next(node_of(i), other);
  }
}

void link_in_sequence(const Nodes& nodes, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) nodes.set_next(i, nodes.at((i + 1) % count));
}

// A cycle in each window, cut open where it comes back to the window's first node and led on to the
// first node of the next window.
void link_in_windows(const Nodes& nodes, std::uint64_t count, std::uint64_t nodes_a_window,
                     Random& random) {
  const std::uint64_t windows = (count + nodes_a_window - 1) / nodes_a_window;
  std::vector<std::uint32_t> order(windows);
  std::iota(order.begin(), order.end(), 0U);
  shuffle(order, random());
  for (std::uint64_t w = 0; w < windows; ++w) {
    const std::uint64_t first = order[w] * nodes_a_window;
    const std::uint64_t size = std::min(nodes_a_window, count - first);
    const auto within = [&](std::uint64_t i) { return first + i; };
    link_at_random(nodes, size, random, within);
    std::uint64_t last = first;
    while (nodes.index_after(last) != first) last = nodes.index_after(last);
    nodes.set_next(last, nodes.at(order[(w + 1) % windows] * nodes_a_window));
  }
}

// All pages are visited once, one node each, in one random order of the pages; then again in the
// same order with the next node of each, until all nodes were met. Each page begins at another of
// its nodes: else the nodes of a round, a page apart, would fight for a few sets of the caches.
void link_across_pages(const Nodes& nodes, std::uint64_t count, std::uint64_t nodes_a_page,
                       std::uint64_t seed, Random& random) {
  const std::uint64_t pages = count / nodes_a_page;
  const auto node_in = [&](std::uint64_t page, std::uint64_t round) {
    return page * nodes_a_page + (mix_seed(seed + page) + round) % nodes_a_page;
  };
  link_at_random(nodes, pages, random, [&](std::uint64_t page) { return node_in(page, 0); });
  std::vector<std::uint32_t> order(pages);
  std::uint64_t at = node_in(0, 0);
  for (std::uint64_t i = 0; i < pages; ++i) {
    order[i] = static_cast<std::uint32_t>(at / nodes_a_page);
    at = nodes.index_after(at);
  }
  for (std::uint64_t round = 0; round < nodes_a_page; ++round) {
    for (std::uint64_t i = 0; i < pages; ++i) {
      const bool closes = i + 1 == pages;
      const std::uint64_t next =
          node_in(order[closes ? 0 : i + 1], closes ? (round + 1) % nodes_a_page : round);
      nodes.set_next(node_in(order[i], round), nodes.at(next));
    }
  }
}

}  // namespace

std::uint64_t chain_nodes(const ChainSpec& spec, std::uint64_t region_bytes) {
  if (spec.order != ChainOrder::tlb_hostile) return region_bytes / spec.stride_bytes;
  return region_bytes / spec.page_bytes * (spec.page_bytes / spec.stride_bytes);
}

void* build_chain(std::span<std::byte> region, const ChainSpec& spec) {
  const Nodes nodes(region, spec.stride_bytes);
  const std::uint64_t count = chain_nodes(spec, region.size());
  PMB_CHECK(count >= 2, "a chain has two nodes at least");
  Random random(spec.seed);
  switch (spec.order) {
    case ChainOrder::random:
      link_at_random(nodes, count, random, [](std::uint64_t i) { return i; });
      break;
    case ChainOrder::sequential:
      link_in_sequence(nodes, count);
      break;
    case ChainOrder::tlb_local:
      link_in_windows(nodes, count, spec.window_bytes / spec.stride_bytes, random);
      break;
    case ChainOrder::tlb_hostile:
      link_across_pages(nodes, count, spec.page_bytes / spec.stride_bytes, spec.seed, random);
      break;
  }
  return nodes.at(0);
}

}  // namespace pmembench
