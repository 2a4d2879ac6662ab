// The orders of a chain: each is one cycle through all nodes, and keeps what its name promises.
#include "workloads/chain.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <set>
#include <vector>

namespace pmembench {
namespace {

constexpr std::uint64_t kBytes = 256 << 10;

class ChainMemory {
 public:
  explicit ChainMemory(std::uint64_t size_bytes) : words_(size_bytes / 8, 0x5A5A5A5A5A5A5A5AULL) {}
  std::span<std::byte> bytes() { return std::as_writable_bytes(std::span(words_)); }
  // Byte offsets of the nodes in the order of the walk, once round.
  std::vector<std::uint64_t> walk(void* first, std::uint64_t nodes) {
    std::vector<std::uint64_t> order;
    void* at = first;
    do {
      order.push_back(static_cast<std::uint64_t>(static_cast<std::byte*>(at) - bytes().data()));
      std::memcpy(&at, at, sizeof at);
    } while (at != first && order.size() <= nodes);
    return order;
  }

 private:
  std::vector<std::uint64_t> words_;
};

std::vector<std::uint64_t> walk_of(const ChainSpec& spec, std::uint64_t size_bytes = kBytes) {
  ChainMemory region(size_bytes);
  return region.walk(build_chain(region.bytes(), spec), chain_nodes(spec, size_bytes));
}

ChainSpec spec_of(ChainOrder order, std::uint64_t stride_bytes = 64) {
  return {order, stride_bytes, 16 << 10, 4096, 11};
}

constexpr ChainOrder kOrders[] = {ChainOrder::random, ChainOrder::sequential, ChainOrder::tlb_local,
                                  ChainOrder::tlb_hostile};

TEST(Chain, is_one_cycle_through_every_node_in_each_order) {
  for (const ChainOrder order : kOrders) {
    for (const std::uint64_t stride : {8, 64, 256, 4096}) {
      const auto walk = walk_of(spec_of(order, stride));
      EXPECT_EQ(walk.size(), kBytes / stride) << static_cast<int>(order) << " " << stride;
      EXPECT_EQ(std::set<std::uint64_t>(walk.begin(), walk.end()).size(), walk.size());
    }
  }
}

TEST(Chain, depends_on_the_seed_alone) {
  for (const ChainOrder order : kOrders) {
    ChainSpec other = spec_of(order);
    other.seed = 12;
    EXPECT_EQ(walk_of(spec_of(order)), walk_of(spec_of(order)));
    EXPECT_EQ(walk_of(spec_of(order)) == walk_of(other), order == ChainOrder::sequential);
  }
}

TEST(Chain, writes_nothing_but_the_pointers) {
  for (const ChainOrder order : kOrders) {
    ChainMemory region(kBytes);
    build_chain(region.bytes(), spec_of(order));
    for (std::uint64_t at = 0; at < kBytes; ++at) {
      if (at % 64 < 8) continue;
      ASSERT_EQ(region.bytes()[at], std::byte{0x5A}) << at;
    }
  }
}

TEST(Chain, takes_the_nodes_one_after_the_other_in_sequence) {
  const auto walk = walk_of(spec_of(ChainOrder::sequential));
  for (std::size_t i = 0; i < walk.size(); ++i) ASSERT_EQ(walk[i], 64 * i);
}

TEST(Chain, walks_a_window_whole_before_the_next) {
  for (const std::uint64_t size_bytes : {kBytes, kBytes + (4 << 10)}) {  // the last one cut short
    const ChainSpec spec = spec_of(ChainOrder::tlb_local);
    const auto walk = walk_of(spec, size_bytes);
    std::size_t changes = 0, in_sequence = 0;
    for (std::size_t i = 0; i < walk.size(); ++i) {
      const std::uint64_t next = walk[(i + 1) % walk.size()];
      changes += walk[i] / spec.window_bytes != next / spec.window_bytes ? 1 : 0;
      in_sequence += next == walk[i] + 64 ? 1 : 0;
    }
    EXPECT_EQ(changes, (size_bytes + spec.window_bytes - 1) / spec.window_bytes);
    EXPECT_LT(in_sequence, walk.size() / 20) << "within a window the order is random";
  }
}

TEST(Chain, goes_to_another_page_at_each_step_and_to_all_of_them_before_it_comes_back) {
  const ChainSpec spec = spec_of(ChainOrder::tlb_hostile);
  const auto walk = walk_of(spec);
  const std::size_t pages = kBytes / spec.page_bytes;
  std::set<std::uint64_t> offsets_in_page;
  for (std::size_t round = 0; round < walk.size() / pages; ++round) {
    std::set<std::uint64_t> met;
    for (std::size_t i = 0; i < pages; ++i) {
      const std::uint64_t at = walk[round * pages + i];
      met.insert(at / spec.page_bytes);
      if (round == 0) offsets_in_page.insert(at % spec.page_bytes);
    }
    ASSERT_EQ(met.size(), pages) << round;
    EXPECT_NE(walk[round * pages] / spec.page_bytes, walk[round * pages + 1] / spec.page_bytes);
  }
  EXPECT_GT(offsets_in_page.size(), 20U) << "the nodes of a round lie in many sets of a cache";
}

TEST(Chain, counts_whole_pages_only_where_it_walks_across_pages) {
  EXPECT_EQ(chain_nodes(spec_of(ChainOrder::tlb_hostile), 4096 * 3 + 640), 3U * 64);
  EXPECT_EQ(chain_nodes(spec_of(ChainOrder::tlb_local), 4096 * 3 + 640), 3U * 64 + 10);
}

}  // namespace
}  // namespace pmembench
