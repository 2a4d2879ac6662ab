// dram, opened: pages, nodes, and what is refused before anything is touched.
#include <gmock/gmock.h>

#include <cstring>
#include <fstream>
#include <string>

#include "open_helper.hpp"
#include "scratch_folder.hpp"
#include "tests/fakes/forbidden_calls.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

void* address_of(DaxDevice& device) {
  DaxReader reader = device.make_reader();
  const ReadSection section(reader);
  void* address = nullptr;
  EXPECT_EQ(device.direct_access(section, 0, 1, DAX_ACCESS, &address), 1);
  return address;
}

// A host with two nodes of memory and one without, and what `more` adds.
ScratchFolder& with_nodes(ScratchFolder& tree) {
  tree.file("proc/meminfo", "MemTotal: 9000 kB\nMemAvailable: 8192 kB\n");
  const std::string nodes = "sys/devices/system/node/";
  tree.file(nodes + "online", "0-2\n");
  for (const char* id : {"0", "1", "2"}) {
    const std::string node = nodes + "node" + id;
    const bool empty = std::string(id) == "1";
    tree.file(
        node + "/meminfo",
        fmt::format("Node {0} MemTotal: {1} kB\nNode {0} MemFree: {1} kB\n", id, empty ? 0 : 4096));
    tree.file(node + "/cpulist", empty ? "0-1\n" : "\n");
    tree.file(node + "/distance", "10 20 20\n");
    const std::string pool = node + "/hugepages/hugepages-2048kB/";
    tree.file(pool + "nr_hugepages", empty ? "0\n" : "3\n");
    tree.file(pool + "free_hugepages", empty ? "0\n" : "3\n");
  }
  return tree;
}

OpenOptions rooted(const ScratchFolder& tree) {
  OpenOptions options;
  options.sysfs_root = tree.path();
  return options;
}

TEST(MediaDram, is_opened_and_proved) {
  const Result<OpenedDevice> opened = open_medium_with("example", "dram:8M");
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->facts.kind, "dram");
  EXPECT_EQ(opened->facts.size_bytes, 8U << 20);
  EXPECT_EQ(opened->facts.persistence_domain, DAX_DOMAIN_NONE);
  EXPECT_EQ(opened->facts.file_system, "");
  EXPECT_FALSE(opened->facts.created);
  EXPECT_FALSE(opened->facts.map_sync);
  EXPECT_EQ(durable_claim(opened->facts), "emulated");
  double share = 0;
  for (const auto& [node, part] : opened->facts.node_share) {
    EXPECT_GE(node, 0) << "each page was touched by writing: none is absent or the zero page";
    share += part;
  }
  if (!opened->facts.node_share.empty()) {
    EXPECT_NEAR(share, 1.0, 1e-9);
  }
  EXPECT_EQ(opened->device->name(), "dram:8M");
  EXPECT_EQ(opened->device->size_bytes(), 8U << 20);
  EXPECT_TRUE(opened->device->alive());
  EXPECT_TRUE(opened->device->write_cache());
  EXPECT_TRUE(opened->device->synchronous());
  EXPECT_EQ(opened->device->counters().direct_accesses, 0U) << "opening counts as nobody's work";
}

TEST(MediaDram, its_bytes_are_reached_by_copies_and_by_address) {
  const Result<OpenedDevice> opened = open_medium_with("example", "dram:1M,pages=4k");
  ASSERT_TRUE(opened) << opened.error().message;
  DaxDevice& device = *opened->device;
  unsigned char buffer[64];
  std::memset(buffer, 0xA7, sizeof(buffer));
  dax_iter iter{};
  iter.multiplier = 1;
  iter.slots = 1;
  iter.granule_bytes = iter.size_bytes = 64;
  iter.count = 1;
  iter.buffer = buffer;
  DaxReader reader = device.make_reader();
  {
    const ReadSection section(reader);
    EXPECT_EQ(device.copy_from_iter(section, iter), 64);
  }
  EXPECT_EQ(std::memcmp(address_of(device), buffer, 64), 0);
}

TEST(MediaDram, small_pages_are_small) {
  const Result<OpenedDevice> opened = open_medium_with("example", "dram:8M,pages=4k");
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->facts.page_bytes, 4096U);
  EXPECT_EQ(opened->facts.huge_share, 0);
}

TEST(MediaDram, transparent_huge_pages_are_aligned_and_huge) {
  const std::string enabled = content_of("/sys/kernel/mm/transparent_hugepage/enabled");
  if (enabled.empty() || enabled.find("[never]") != std::string::npos) {
    EXPECT_THAT(refusal_of("example", "dram:8M,pages=thp"), HasSubstr("transparent huge page"));
    GTEST_SKIP() << "this kernel gives no transparent huge pages";
  }
  const Result<OpenedDevice> opened = open_medium_with("example", "dram:8M,pages=thp");
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(address_of(*opened->device)) % (2U << 20), 0U);
  EXPECT_GT(opened->facts.huge_share, 0);
  const Result<OpenedDevice> by_default = open_medium_with("example", "dram:8M");
  ASSERT_TRUE(by_default);
  EXPECT_GT(by_default->facts.huge_share, 0) << "the default asks for them, too";
}

TEST(MediaDram, refuses_transparent_huge_pages_where_none_fits) {
  EXPECT_THAT(refusal_of("example", "dram:1M,pages=thp"),
              HasSubstr("1 MiB cannot hold a transparent huge page; ask for 2 MiB or more"));
}

TEST(MediaDram, binds_to_a_node_that_exists) {
  const Result<OpenedDevice> opened = open_medium_with("example", "dram:4M,node=0");
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->device->facts().node, 0);
  if (!opened->facts.node_share.empty()) {
    EXPECT_NEAR(opened->facts.node_share.at(0), 1.0, 1e-9);
  }
  OpenOptions options;
  options.node = 0;
  const Result<OpenedDevice> by_option = open_medium_with("example", "dram:4M", options);
  ASSERT_TRUE(by_option) << by_option.error().message;
  EXPECT_EQ(by_option->device->facts().node, 0);
}

TEST(MediaDram, refuses_a_node_that_does_not_exist_and_names_those_that_do) {
  EXPECT_THAT(refusal_of("example", "dram:4M,node=999"),
              HasSubstr("NUMA node 999 does not exist; nodes with memory: 0"));
  ScratchFolder tree;
  OpenOptions options = rooted(with_nodes(tree));
  EXPECT_THAT(refusal_of("example", "dram:4M,node=7", options),
              HasSubstr("NUMA node 7 does not exist; nodes with memory: 0, 2"));
  EXPECT_THAT(refusal_of("example", "dram:4M,node=1", options),
              HasSubstr("NUMA node 1 has no memory; nodes with memory: 0, 2"));
  options.node = 7;
  EXPECT_THAT(refusal_of("example", "dram:4M", options), HasSubstr("NUMA node 7 does not exist"));
}

TEST(MediaDram, is_dealt_out_page_by_page) {
  for (const char* medium : {"dram:8M,interleave=0:3,pages=4k", "dram:8M,interleave=0:1"}) {
    const Result<OpenedDevice> opened = open_medium_with("example", medium);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->facts.node_share, (std::map<int, double>{{0, 1.0}}));
    EXPECT_GE(opened->facts.pages_asked, 4U) << "every page was asked for, huge ones once";
    EXPECT_EQ(opened->facts.pages_asked, opened->pages.pages());
    EXPECT_TRUE(opened->pages.unmoved());
  }
  OpenOptions options;
  options.node = 999;
  EXPECT_TRUE(open_medium_with("example", "dram:8M,interleave=0:1", options))
      << "the medium says where its pages lie";
}

TEST(MediaDram, is_not_dealt_out_to_nodes_that_cannot_take_their_part) {
  EXPECT_THAT(refusal_of("example", "dram:8M,interleave=0:1+999:1,pages=4k"),
              HasSubstr("NUMA node 999 does not exist; nodes with memory: 0"));
  EXPECT_THAT(refusal_of("example", "dram:8M,interleave=0:3+999:2"),
              HasSubstr("8 MiB are 4 pages of 2 MiB, and interleave=0:3+999:2 distributes 5 a round; "
                        "ask for more memory, for pages=4k or for smaller weights"));
  ScratchFolder tree;
  const OpenOptions options = rooted(with_nodes(tree));
  EXPECT_THAT(refusal_of("example", "dram:8M,interleave=0:1+2:3", options),
              HasSubstr("6 MiB of memory asked for and node 2 has 4 MiB in all; ask for less"));
  EXPECT_THAT(refusal_of("example", "dram:8M,interleave=0:1+1:1", options),
              HasSubstr("NUMA node 1 has no memory; nodes with memory: 0, 2"));
  EXPECT_THAT(refusal_of("example", "dram:10M,interleave=0:4+2:1,pages=2m", options),
              HasSubstr("4 huge pages of 2 MiB are needed on node 0 and 3 are free"));
}

TEST(MediaDram, refuses_to_be_several_at_once) {
  for (const char* medium : {"dram:8M,node=each", "dram:8M,interleave=each"}) {
    EXPECT_THAT(refusal_of("example", medium),
                HasSubstr("'each' means several media, and only a campaign's cells can name "
                          "them; name one"));
  }
}

TEST(MediaDram, refuses_more_than_there_is_before_touching_any) {
  EXPECT_THAT(refusal_of("example", "dram:4096T"), HasSubstr("4096 TiB of memory asked for and "));
  ScratchFolder tree;
  const OpenOptions options = rooted(with_nodes(tree));
  EXPECT_THAT(refusal_of("example", "dram:16M", options),
              HasSubstr("16 MiB of memory asked for and 8 MiB are available; ask for less"));
  EXPECT_THAT(refusal_of("example", "dram:8M,node=2", options),
              HasSubstr("8 MiB of memory asked for and node 2 has 4 MiB in all; ask for less"));
}

TEST(MediaDram, refuses_huge_pages_that_are_not_reserved_and_says_how_to_reserve_them) {
  ScratchFolder tree;
  const OpenOptions options = rooted(with_nodes(tree));
  EXPECT_THAT(refusal_of("example", "dram:14M,pages=2m", options),
              HasSubstr("7 huge pages of 2 MiB are needed and 6 are free; reserve them as root: "
                        "echo 7 > /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"));
  EXPECT_THAT(
      refusal_of("example", "dram:8M,pages=2m,node=2", options),
      HasSubstr("4 huge pages of 2 MiB are needed on node 2 and 3 are free; reserve them as "
                "root: echo 4 > /sys/devices/system/node/node2/hugepages"));
  EXPECT_THAT(refusal_of("example", "dram:1G,pages=1g", options),
              HasSubstr("1 huge pages of 1 GiB are needed and 0 are free"));
  EXPECT_THAT(refusal_of("example", "dram:3M,pages=2m", options),
              HasSubstr("size 3 MiB is not a multiple of the page size 2 MiB"));
}

TEST(MediaDram, takes_reserved_huge_pages) {
  const std::string pool = "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages";
  const std::string before = content_of(pool);
  std::ofstream(pool) << std::stoi("0" + before) + 4;
  const bool reserved = std::stoi("0" + content_of(pool)) >= std::stoi("0" + before) + 4;
  if (reserved) {
    const Result<OpenedDevice> opened = open_medium_with("example", "dram:8M,pages=2m");
    EXPECT_TRUE(opened) << opened.error().message;
    if (opened) {
      EXPECT_EQ(opened->facts.page_bytes, 2U << 20);
      EXPECT_EQ(opened->facts.huge_share, 1.0);
    }
  }
  std::ofstream(pool) << before;
  if (!reserved) GTEST_SKIP() << "no huge pages can be reserved here";
}

TEST(MediaDram, a_backend_that_opens_it_itself_is_proved_by_its_addresses) {
  const Result<OpenedDevice> opened = open_medium_with("own_memory", "dram:8M,pages=4k,node=0");
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->facts.page_bytes, 4096U);
  EXPECT_EQ(opened->facts.huge_share, 0) << "asked for on the backend's memory, before first touch";
  if (!opened->facts.node_share.empty()) {
    EXPECT_NEAR(opened->facts.node_share.at(0), 1.0, 1e-9);
  }
  EXPECT_EQ(opened->device->facts().node, 0);
}

TEST(MediaDram, a_choice_of_pages_that_a_backend_does_not_honour_is_an_error) {
  ScratchFolder tree;
  const Result<OpenedDevice> opened =
      open_medium_with("own_memory", "dram:8M,pages=2m", rooted(with_nodes(tree)));
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().message,
              HasSubstr("pages of 2 MiB were asked for, but most of the memory is in pages of 4"));
}

// ---- containers that forbid mbind or move_pages ----

TEST(MediaDram, is_touched_first_from_its_node_where_mbind_is_forbidden) {
  OpenOptions options;
  options.node = 0;
  const bool ran = fakes::without_calls({SYS_mbind}, [&] {
    const Result<OpenedDevice> opened = open_medium_with("example", "dram:8M", options);
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->facts.placed_by, "first touch");
    EXPECT_EQ(opened->facts.nodes_unknown, "");
    EXPECT_THAT(opened->facts.node_share, testing::ElementsAre(testing::Pair(0, 1.0)));
  });
  if (!ran) GTEST_SKIP() << "this host lets nobody install a seccomp filter";
}

TEST(MediaDram, says_that_its_node_is_not_proved_where_move_pages_is_forbidden) {
  OpenOptions options;
  options.node = 0;
  const bool ran = fakes::without_calls({SYS_move_pages}, [&] {
    for (const std::vector<long>& calls : {std::vector<long>{}, std::vector<long>{SYS_mbind}}) {
      const bool again = fakes::without_calls(calls, [&] {
        const Result<OpenedDevice> opened = open_medium_with("example", "dram:8M", options);
        ASSERT_TRUE(opened) << opened.error().message;
        EXPECT_EQ(opened->facts.placed_by, calls.empty() ? "mbind" : "first touch");
        EXPECT_EQ(opened->facts.nodes_unknown, "move_pages: Operation not permitted");
        EXPECT_THAT(opened->facts.node_share, testing::IsEmpty());
      });
      EXPECT_TRUE(again);
    }
  });
  if (!ran) GTEST_SKIP() << "this host lets nobody install a seccomp filter";
}

TEST(MediaDram, refuses_a_node_without_cpus_where_mbind_is_forbidden) {
  ScratchFolder tree;
  with_nodes(tree);
  const bool ran = fakes::without_calls({SYS_mbind}, [&] {
    const auto opened = open_medium_with("example", "dram:1M,node=2", rooted(tree));
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().kind, ErrorKind::environment);
    EXPECT_THAT(opened.error().message, HasSubstr("the host forbids mbind"));
    EXPECT_THAT(opened.error().message, HasSubstr("no CPU"));
  });
  if (!ran) GTEST_SKIP() << "this host lets nobody install a seccomp filter";
}

// ---- how much is used ----

TEST(MediaDram, auto_has_the_size_that_the_options_or_the_host_say) {
  OpenOptions options;
  options.used_bytes = 4 << 20;
  const Result<OpenedDevice> told = open_medium_with("example", "dram:auto", options);
  ASSERT_TRUE(told) << told.error().message;
  EXPECT_EQ(told->facts.size_bytes, 4U << 20);
  EXPECT_EQ(told->facts.whole_bytes, 0U);
  ScratchFolder tree;
  with_nodes(tree);
  const Result<OpenedDevice> small = open_medium_with("example", "dram:auto", rooted(tree));
  ASSERT_TRUE(small) << small.error().message;
  EXPECT_EQ(small->facts.size_bytes, 2U << 20) << "a quarter of 8 MiB";
}

TEST(MediaDram, is_used_in_part_if_it_is_larger_and_says_so) {
  OpenOptions options;
  options.used_bytes = 4 << 20;
  const Result<OpenedDevice> opened = open_medium_with("example", "dram:64M", options);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->device->size_bytes(), 4U << 20);
  EXPECT_EQ(opened->facts.size_bytes, 4U << 20);
  EXPECT_EQ(opened->facts.whole_bytes, 64U << 20);
  const Result<OpenedDevice> smaller = open_medium_with("example", "dram:2M", options);
  ASSERT_TRUE(smaller);
  EXPECT_EQ(smaller->facts.size_bytes, 2U << 20);
  EXPECT_EQ(smaller->facts.whole_bytes, 0U);
}

TEST(MediaDram, that_the_host_does_not_have_is_refused_whatever_of_it_is_used) {
  OpenOptions options;
  options.used_bytes = 4 << 20;
  EXPECT_THAT(refusal_of("example", "dram:1024T", options), HasSubstr("ask for less"));
}

TEST(MediaDram, is_touched_in_parts_that_others_may_do) {
  OpenOptions options;
  std::uint64_t parts_done = 0;
  options.in_parallel = [&](std::uint64_t parts, const std::function<void(std::uint64_t)>& part) {
    for (std::uint64_t i = parts; i > 0; --i) part(i - 1);
    parts_done += parts;
  };
  const Result<OpenedDevice> opened = open_medium_with("example", "dram:130M", options);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(parts_done, 3U);
  EXPECT_EQ(opened->facts.node_share.count(-1), 0U) << "every page is there";
}

}  // namespace
}  // namespace pmembench
