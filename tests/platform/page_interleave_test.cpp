#include "platform/page_interleave.hpp"

#include <gmock/gmock.h>
#include <numaif.h>

#include <random>

#include "mapping.hpp"
#include "platform/page_watch.hpp"
#include "tests/fakes/page.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;
using Weights = std::vector<NodeWeight>;

TEST(PageInterleave, deals_pages_out_in_turn) {
  const Weights weights{{0, 3}, {2, 1}};
  std::string nodes;
  for (std::uint64_t page = 0; page < 9; ++page) {
    nodes += std::to_string(interleaved_node(weights, page));
  }
  EXPECT_EQ(nodes, "000200020");
  EXPECT_EQ(interleave_text(weights), "0:3+2:1");
}

TEST(PageInterleave, counts_the_pages_of_each_node) {
  EXPECT_EQ(interleaved_shares(Weights{{0, 3}, {2, 1}}, 8),
            (std::map<int, double>{{0, 0.75}, {2, 0.25}}));
  EXPECT_EQ(interleaved_shares(Weights{{0, 3}, {2, 1}}, 10),
            (std::map<int, double>{{0, 0.8}, {2, 0.2}}));
  EXPECT_EQ(interleaved_shares(Weights{{5, 2}}, 7), (std::map<int, double>{{5, 1.0}}));
}

TEST(PageInterleave, shares_are_what_the_pages_come_to) {
  const unsigned seed = 20260713;
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    Weights weights;
    const int nodes = 1 + static_cast<int>(random() % 4);
    for (int node = 0; node < nodes; ++node) {
      weights.push_back({node * 3, 1 + static_cast<unsigned>(random() % 9)});
    }
    const std::uint64_t pages = 1 + random() % 300;
    std::map<int, double> counted;
    for (const NodeWeight& each : weights) counted[each.node] = 0;
    for (std::uint64_t page = 0; page < pages; ++page) ++counted[interleaved_node(weights, page)];
    for (const auto& [node, share] : interleaved_shares(weights, pages)) {
      EXPECT_NEAR(share, counted[node] / static_cast<double>(pages), 1e-12)
          << interleave_text(weights) << " over " << pages << " pages, seed " << seed;
    }
  }
}

TEST(PageInterleave, touches_every_page_where_it_is_told) {
  const Mapping memory(300 * kPage);
  const Status touched =
      touch_interleaved(memory.address(), memory.size_bytes(), kPage, Weights{{0, 3}});
  if (!touched && touched.error().code == EPERM) GTEST_SKIP() << touched.error().message;
  ASSERT_TRUE(touched) << touched.error().message;
  PageWatch watch;
  watch.add(memory.address(), memory.size_bytes(), kPage);
  EXPECT_EQ(watch.shares(), (std::map<int, double>{{0, 1.0}})) << "no page is left untouched";
}

// What the kernel would answer of memory that was dealt out by `weights`, page by page.
NodeQuery nodes_dealt_by(const Mapping& memory, Weights weights, std::uint64_t page_bytes) {
  return [&memory, weights = std::move(weights), page_bytes](std::span<void* const> pages,
                                                             std::span<int> nodes) {
    for (std::size_t i = 0; i < pages.size(); ++i) {
      const auto at =
          static_cast<std::uint64_t>(static_cast<unsigned char*>(pages[i]) - memory.address());
      nodes[i] = interleaved_node(weights, at / page_bytes);
    }
    return true;
  };
}

TEST(PageInterleave, verifies_the_node_of_every_page) {
  const Mapping memory(64 * kPage);
  const Weights weights{{0, 3}, {1, 1}};
  for (const std::uint64_t page_bytes : {kPage, 4 * kPage}) {
    const NodeQuery right = nodes_dealt_by(memory, weights, page_bytes);
    EXPECT_TRUE(
        verify_interleaved(memory.address(), memory.size_bytes(), page_bytes, weights, right));
    // The shares are right and the places are not.
    const NodeQuery shifted = nodes_dealt_by(memory, {{1, 1}, {0, 3}}, page_bytes);
    const Status status =
        verify_interleaved(memory.address(), memory.size_bytes(), page_bytes, weights, shifted);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, ErrorKind::environment);
    EXPECT_THAT(status.error().message,
                HasSubstr(fmt::format("interleave=0:3+1:1 was not kept: 32 of 64 pages are on "
                                      "another node, first page 0 (of {} bytes), for node 0 and on "
                                      "node 1",
                                      page_bytes)));
  }
}

TEST(PageInterleave, sees_one_page_that_lies_elsewhere) {
  const Mapping memory(64 * kPage);
  const Weights weights{{0, 1}, {1, 1}};
  const NodeQuery right = nodes_dealt_by(memory, weights, kPage);
  const NodeQuery one_wrong = [&](std::span<void* const> pages, std::span<int> nodes) {
    const bool answered = right(pages, nodes);
    nodes[41] = -1;
    return answered;
  };
  const Status status =
      verify_interleaved(memory.address(), memory.size_bytes(), kPage, weights, one_wrong);
  ASSERT_FALSE(status);
  EXPECT_THAT(
      status.error().message,
      HasSubstr("1 of 64 pages are on another node, first page 41 (of 4096 bytes), for node "
                "1 and on node -1"));
}

TEST(PageInterleave, is_no_error_of_the_pages_where_the_kernel_cannot_tell) {
  const Mapping memory(4 * kPage);
  const NodeQuery silent = [](std::span<void* const>, std::span<int>) { return false; };
  EXPECT_TRUE(
      verify_interleaved(memory.address(), memory.size_bytes(), kPage, Weights{{5, 1}}, silent));
}

TEST(PageInterleave, leaves_one_policy_on_all_of_the_memory) {
  const Mapping memory(8 * kPage);
  const Status touched =
      touch_interleaved(memory.address(), memory.size_bytes(), kPage, Weights{{0, 1}});
  if (!touched && touched.error().code == EPERM) GTEST_SKIP() << touched.error().message;
  ASSERT_TRUE(touched) << touched.error().message;
  for (std::uint64_t page = 0; page < 8; ++page) {
    int mode = -1;
    ASSERT_EQ(get_mempolicy(&mode, nullptr, 0, memory.address() + page * kPage, MPOL_F_ADDR), 0);
    EXPECT_EQ(mode, MPOL_INTERLEAVE) << "which NUMA balancing leaves alone";
  }
}

TEST(PageInterleave, leaves_the_policy_of_the_thread_as_it_was) {
  const Mapping memory(8 * kPage);
  unsigned long node_0 = 1;
  ASSERT_EQ(set_mempolicy(MPOL_PREFERRED, &node_0, 65), 0);
  (void)touch_interleaved(memory.address(), memory.size_bytes(), kPage, Weights{{0, 1}});
  int mode = -1;
  unsigned long mask[16] = {};
  ASSERT_EQ(get_mempolicy(&mode, mask, 1024, nullptr, 0), 0);
  EXPECT_EQ(mode, MPOL_PREFERRED);
  EXPECT_EQ(mask[0], 1UL);
  ASSERT_EQ(set_mempolicy(MPOL_DEFAULT, nullptr, 0), 0);
  (void)touch_interleaved(memory.address(), memory.size_bytes(), kPage, Weights{{0, 1}});
  ASSERT_EQ(get_mempolicy(&mode, nullptr, 0, nullptr, 0), 0);
  EXPECT_EQ(mode, MPOL_DEFAULT);
}

TEST(PageInterleave, says_what_the_kernel_refuses) {
  const Mapping memory(8 * kPage);
  const Status status =
      touch_interleaved(memory.address(), memory.size_bytes(), kPage, Weights{{0, 1}, {1000, 1}});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::environment);
  EXPECT_THAT(status.error().message,
              HasSubstr("the kernel refuses to put pages on the nodes of interleave=0:1+1000:1: "));
  EXPECT_THAT(status.error().message, HasSubstr("name nodes that `pmembench probe` lists"));
  int mode = -1;
  ASSERT_EQ(get_mempolicy(&mode, nullptr, 0, nullptr, 0), 0);
  EXPECT_EQ(mode, MPOL_DEFAULT) << "after a refusal, too";
}

}  // namespace
}  // namespace pmembench
