#include "platform/page_watch.hpp"
#include "tests/fakes/page.hpp"

#include <gmock/gmock.h>
#include <sys/mman.h>

#include <map>

namespace pmembench {
namespace {

using testing::HasSubstr;

// A kernel that keeps pages where the test says, and node 0 where it says nothing.
struct FakePages {
  std::map<std::uintptr_t, int> nodes;
  bool tells = true;
  std::uint64_t questions = 0;

  NodeQuery query() {
    return [this](std::span<void* const> pages, std::span<int> found) {
      for (std::size_t i = 0; i < pages.size(); ++i) {
        const auto known = nodes.find(reinterpret_cast<std::uintptr_t>(pages[i]));
        found[i] = known == nodes.end() ? 0 : known->second;
      }
      questions += pages.size();
      return tells;
    };
  }
};

const void* at(std::uintptr_t address) { return reinterpret_cast<const void*>(address); }

TEST(PageWatch, asks_for_every_page_and_shares_them_out) {
  FakePages pages;
  for (std::uintptr_t page = 0; page < 10'000; page += 4) pages.nodes[(16 + page) * kPage] = 2;
  PageWatch watch(pages.query());
  watch.add(at(16 * kPage), 10'000 * kPage, kPage);
  EXPECT_EQ(watch.pages(), 10'000U);
  EXPECT_EQ(pages.questions, 10'000U);
  EXPECT_EQ(watch.shares(), (std::map<int, double>{{0, 0.75}, {2, 0.25}}));
  EXPECT_TRUE(watch.unmoved());
}

TEST(PageWatch, asks_once_for_a_huge_page) {
  FakePages pages;
  PageWatch watch(pages.query());
  watch.add(at(std::uintptr_t{512} * kPage), 8 * 512 * kPage, 512 * kPage);
  EXPECT_EQ(watch.pages(), 8U);
}

TEST(PageWatch, weighs_ranges_by_their_bytes) {
  FakePages pages;
  pages.nodes[64 * kPage] = 1;
  PageWatch watch(pages.query());
  watch.add(at(8 * kPage), 3 * kPage, kPage);
  watch.add(at(64 * kPage), kPage, kPage);
  EXPECT_EQ(watch.shares(), (std::map<int, double>{{0, 0.75}, {1, 0.25}}));
}

TEST(PageWatch, says_how_many_pages_moved_and_where_to) {
  FakePages pages;
  PageWatch watch(pages.query());
  watch.add(at(16 * kPage), 100 * kPage, kPage);
  pages.nodes[20 * kPage] = 3;
  pages.nodes[21 * kPage] = 1;
  pages.nodes[22 * kPage] = 1;
  const Status status = watch.unmoved();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::runtime);
  EXPECT_EQ(status.error().message,
            "3 of 100 pages moved to another NUMA node since they were touched, most of them from "
            "node 0 to node 1: what was measured is neither; turn numa_balancing off, and keep "
            "others from migrating this process");
}

TEST(PageWatch, does_not_take_a_page_that_went_or_came_for_one_that_moved) {
  FakePages pages;
  pages.nodes[17 * kPage] = -1;
  PageWatch watch(pages.query());
  watch.add(at(16 * kPage), 4 * kPage, kPage);
  pages.nodes[17 * kPage] = 1;
  pages.nodes[18 * kPage] = -14;
  EXPECT_TRUE(watch.unmoved());
  EXPECT_EQ(watch.shares(), (std::map<int, double>{{-1, 0.25}, {0, 0.75}}))
      << "no node is -1, never 0";
}

TEST(PageWatch, knows_nothing_where_the_kernel_does_not_tell) {
  FakePages pages;
  pages.tells = false;
  PageWatch watch(pages.query());
  watch.add(at(16 * kPage), 4 * kPage, kPage);
  EXPECT_TRUE(watch.shares().empty());
  EXPECT_EQ(watch.pages(), 0U);
  EXPECT_TRUE(watch.unmoved());
}

TEST(PageWatch, asks_for_evenly_spread_pages_of_very_much_memory) {
  FakePages pages;
  PageWatch watch(pages.query());
  watch.add(at(kPage), (std::uint64_t{9} << 22) * kPage, kPage);
  EXPECT_EQ(watch.pages(), std::uint64_t{1} << 22);
}

TEST(PageWatch, rounds_a_range_out_to_its_pages) {
  FakePages pages;
  PageWatch watch(pages.query());
  watch.add(at(16 * kPage + 100), kPage, kPage);
  EXPECT_EQ(watch.pages(), 2U);
}

TEST(PageWatch, finds_the_pages_of_this_process) {
  const std::uint64_t size_bytes = 1000 * kPage;
  void* address =
      mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(address, MAP_FAILED);
  for (std::uint64_t i = 0; i < size_bytes / 2; i += kPage) static_cast<char*>(address)[i] = 1;
  PageWatch watch;
  watch.add(address, size_bytes, kPage);
  if (watch.pages() == 0) GTEST_SKIP() << "this kernel does not tell";
  EXPECT_NEAR(watch.shares()[-1], 0.5, 1e-9) << "what nobody touched is nowhere";
  EXPECT_TRUE(watch.unmoved());
  munmap(address, size_bytes);
}

}  // namespace
}  // namespace pmembench
