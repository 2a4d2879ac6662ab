#include <gmock/gmock.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "platform/environment.hpp"
#include "platform/page_scan.hpp"
#include "platform/topology.hpp"
#include "tests/fakes/page.hpp"
#include "tests/platform/mapping.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kGiB = 1024 * kMiB;

// One entry in the words of Linux 6.18.
std::string entry(const std::string& range, const std::string& name, int size_kb, int page_kb,
                  int rss_kb, const std::string& huge) {
  std::string text = range + " rw-p 00000000 00:00 0      " + name + "\n";
  text += "Size:             " + std::to_string(size_kb) + " kB\n";
  text += "KernelPageSize:   " + std::to_string(page_kb) + " kB\n";
  text += "MMUPageSize:      " + std::to_string(page_kb) + " kB\n";
  text += "Rss:              " + std::to_string(rss_kb) + " kB\nPss:   3 kB\nPss_Dirty: 3 kB\n";
  text += "Anonymous:        " + std::to_string(rss_kb) + " kB\n" + huge;
  text += "THPeligible:           1\nVmFlags: rd wr mr mw me ac sd hg \n";
  return text;
}

TEST(PageBackingIn, finds_base_pages) {
  const auto backing =
      page_backing_in(entry("10000000-10400000", "", 4096, 4, 4096, "AnonHugePages:  0 kB\n"),
                      0x10000000, 4 * kMiB);
  ASSERT_TRUE(backing) << backing.error().message;
  EXPECT_EQ(backing->page_bytes, 4 * kKiB);
  EXPECT_EQ(backing->huge_share, 0);
}

TEST(PageBackingIn, counts_the_three_kinds_of_transparent_huge_pages) {
  for (const char* key : {"AnonHugePages", "ShmemPmdMapped", "FilePmdMapped"}) {
    const auto backing = page_backing_in(
        entry("10000000-10400000", "", 4096, 4, 4096, std::string(key) + ":     4096 kB\n"),
        0x10000000, 4 * kMiB);
    ASSERT_TRUE(backing);
    EXPECT_EQ(backing->page_bytes, 2 * kMiB) << key;
    EXPECT_EQ(backing->huge_share, 1) << key;
  }
}

TEST(PageBackingIn, takes_the_share_of_what_is_present) {
  const auto quarter =
      page_backing_in(entry("10000000-11000000", "", 16384, 4, 8192, "AnonHugePages: 2048 kB\n"),
                      0x10000000, 16 * kMiB);
  ASSERT_TRUE(quarter);
  EXPECT_EQ(quarter->huge_share, 0.25);
  EXPECT_EQ(quarter->page_bytes, 4 * kKiB);
  const auto untouched = page_backing_in(
      entry("10000000-11000000", "", 16384, 4, 0, "AnonHugePages: 0 kB\n"), 0x10000000, 16 * kMiB);
  ASSERT_TRUE(untouched);
  EXPECT_EQ(untouched->huge_share, 0);
}

TEST(PageBackingIn, finds_hugetlb_and_devdax_by_their_kernel_page_size) {
  const auto backing = page_backing_in(
      entry("80000000-c0000000", "/dev/dax0.0", 1048576, 1048576, 0, ""), 0x80000000, kGiB);
  ASSERT_TRUE(backing);
  EXPECT_EQ(backing->page_bytes, kGiB);
  EXPECT_EQ(backing->huge_share, 1);
}

TEST(PageBackingIn, weighs_mappings_by_their_overlap) {
  const std::string smaps =
      entry("0fe00000-10000000", "[heap]", 2048, 4, 2048, "AnonHugePages: 0 kB\n") +
      entry("10000000-10600000", "", 6144, 4, 6144, "AnonHugePages: 6144 kB\n") +
      entry("10600000-10e00000", "", 8192, 4, 8192, "AnonHugePages: 0 kB\n") +
      entry("10e00000-20000000", "", 8192, 2048, 0, "");
  const auto backing = page_backing_in(smaps, 0x10000000, 8 * kMiB);
  ASSERT_TRUE(backing);
  EXPECT_EQ(backing->huge_share, 0.75);
  EXPECT_EQ(backing->page_bytes, 2 * kMiB);
}

TEST(PageBackingIn, refuses_a_range_that_is_not_all_mapped) {
  const std::string smaps = entry("10000000-10200000", "", 2048, 4, 2048, "");
  const auto backing = page_backing_in(smaps, 0x10000000, 4 * kMiB);
  ASSERT_FALSE(backing);
  EXPECT_EQ(backing.error().kind, ErrorKind::environment);
  EXPECT_EQ(
      backing.error().message,
      "cannot determine the page size of [0x10000000, 0x10400000): only 2097152 of its 4194304 "
      "bytes are mapped; map all of them first");
  EXPECT_FALSE(page_backing_in(smaps, 0x10000000, 0));
  EXPECT_FALSE(page_backing_in("", 0x10000000, 4096));
}

TEST(PageBackingIn, refuses_an_entry_without_a_page_size) {
  const auto backing =
      page_backing_in("10000000-10200000 rw-p 0 00:00 0\nSize: 2048 kB\nKernelPageSize: x kB\n",
                      0x10000000, 2 * kMiB);
  ASSERT_FALSE(backing);
  EXPECT_EQ(
      backing.error().message,
      "cannot determine the page size of [0x10000000, 0x10200000): smaps shows no KernelPageSize "
      "for it; use a kernel with CONFIG_PROC_PAGE_MONITOR");
}

TEST(PageBackingIn, survives_any_cut_and_any_garbage) {
  const std::string smaps =
      entry("10000000-10400000", "/x: y", 4096, 4, 4096, "AnonHugePages: 4096 kB\n");
  for (std::size_t length = 0; length < smaps.size(); ++length) {
    const auto backing = page_backing_in(smaps.substr(0, length), 0x10000000, 4 * kMiB);
    if (backing) {
      EXPECT_LE(backing->huge_share, 1);
    }
  }
  EXPECT_FALSE(page_backing_in("10000000-\n-\nffff-0 r\nRss: 1 kB\n:::\n", 0x10000000, 4096));
}

TEST(PageBacking, of_a_live_mapping_of_base_pages) {
  const Mapping mapping(8 * kMiB);
  std::memset(mapping.address(), 1, mapping.size_bytes());
  const auto backing = page_backing(mapping.address(), mapping.size_bytes());
  ASSERT_TRUE(backing) << backing.error().message;
  EXPECT_EQ(backing->page_bytes, static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)));
  EXPECT_EQ(backing->huge_share, 0);
}

TEST(PageBacking, of_a_live_mapping_of_huge_pages) {
  const Mapping mapping(8 * kMiB, MADV_HUGEPAGE);
  const std::string policy = read_environment("/").thp_enabled;
  if (!mapping.advised() || policy == "never" || policy == "unknown") {
    GTEST_SKIP() << "transparent huge pages: " << policy;
  }
  std::memset(mapping.address(), 1, mapping.size_bytes());
  const auto backing = page_backing(mapping.address(), mapping.size_bytes());
  ASSERT_TRUE(backing) << backing.error().message;
  // Fragmented memory may refuse some huge pages; the two facts must agree all the same.
  EXPECT_EQ(backing->page_bytes, backing->huge_share > 0.5 ? 2 * kMiB : 4 * kKiB);
  if (backing->huge_share == 0) GTEST_SKIP() << "the host had no huge page to give";
  EXPECT_GT(backing->huge_share, 0);
}

TEST(PageBacking, counts_the_range_and_not_its_neighbour_in_one_mapping) {
  const Mapping mapping(8 * kMiB, MADV_HUGEPAGE);
  if (!scan_pages(0, 4096)) GTEST_SKIP() << "no PAGEMAP_SCAN before Linux 6.7";
  std::memset(mapping.address() + 4 * kMiB, 1, 4 * kMiB);
  const auto whole = page_backing(mapping.address(), mapping.size_bytes());
  ASSERT_TRUE(whole);
  if (whole->huge_share < 1) GTEST_SKIP() << "the host had too few huge pages to give";
  const auto untouched = page_backing(mapping.address(), 4 * kMiB);
  ASSERT_TRUE(untouched);
  EXPECT_EQ(untouched->huge_share, 0);
  EXPECT_EQ(untouched->page_bytes, 4 * kKiB);
}

TEST(PageBacking, refuses_a_range_that_is_not_mapped) {
  void* address = nullptr;
  {
    const Mapping mapping(2 * kMiB);
    address = mapping.address();
  }
  EXPECT_FALSE(page_backing(address, 2 * kMiB));
}

TEST(ScanPages, counts_present_bytes_over_more_regions_than_one_call_returns) {
  if (!scan_pages(0, 4096)) GTEST_SKIP() << "no PAGEMAP_SCAN before Linux 6.7";
  const Mapping mapping(8 * kMiB);
  const auto begin = reinterpret_cast<std::uintptr_t>(mapping.address());
  // Every other page is touched: 1024 regions of one page.
  for (std::uint64_t at = 0; at < mapping.size_bytes(); at += 8 * kKiB) mapping.address()[at] = 1;
  const auto scan = scan_pages(begin, begin + mapping.size_bytes());
  ASSERT_TRUE(scan);
  EXPECT_EQ(scan->present_bytes, 4 * kMiB);
  EXPECT_EQ(scan->huge_bytes, 0U);
}

}  // namespace
}  // namespace pmembench
