#include "platform/host_tree.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <random>

#include "tests/fakes/sysfs_tree.hpp"

namespace pmembench {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ParseNumber, reads_decimal_and_hexadecimal) {
  EXPECT_EQ(parse_number("42"), 42U);
  EXPECT_EQ(parse_number(" 0x2A\n"), 42U);
  EXPECT_EQ(parse_number("0"), 0U);
  EXPECT_EQ(parse_number("18446744073709551615"), ~std::uint64_t{0});
}

TEST(ParseNumber, refuses_what_is_not_one_number) {
  for (const char* text : {"", " ", "-1", "+1", "4 2", "4K", "0x", "0xg", "x", "1.5",
                           "18446744073709551616", "0x10000000000000000"}) {
    EXPECT_EQ(parse_number(text), std::nullopt) << '"' << text << '"';
  }
}

TEST(ParseKernelSize, reads_the_units_that_the_kernel_writes) {
  EXPECT_EQ(parse_kernel_size("32K"), 32768U);
  EXPECT_EQ(parse_kernel_size("  2048 kB"), 2097152U);
  EXPECT_EQ(parse_kernel_size("2048kB\n"), 2097152U);
  EXPECT_EQ(parse_kernel_size("3M"), 3U << 20);
  EXPECT_EQ(parse_kernel_size("1G"), 1U << 30);
  EXPECT_EQ(parse_kernel_size("64"), 64U);
}

TEST(ParseKernelSize, refuses_other_units_and_what_does_not_fit) {
  for (const char* text :
       {"", "K", "12X", "-1K", "99999999999999999999", "18446744073709551615K"}) {
    EXPECT_EQ(parse_kernel_size(text), std::nullopt) << '"' << text << '"';
  }
}

TEST(ParseCpuList, reads_ranges_in_any_order_each_cpu_once) {
  EXPECT_THAT(parse_cpu_list("0-3,8\n"), ElementsAre(0, 1, 2, 3, 8));
  EXPECT_THAT(parse_cpu_list("5"), ElementsAre(5));
  EXPECT_THAT(parse_cpu_list("4-5,0,4"), ElementsAre(0, 4, 5));
}

TEST(ParseCpuList, is_empty_for_no_cpus_and_for_garbage) {
  for (const char* text : {"", "\n", "a", "3-1", "1-", "-1", "1,,2", "0-99999999999"}) {
    EXPECT_THAT(parse_cpu_list(text), IsEmpty()) << '"' << text << '"';
  }
}

TEST(ParseCpuList, inverts_how_the_kernel_writes_any_set) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 200; ++round) {
    std::vector<int> cpus;
    for (int cpu = 0; cpu < 96; ++cpu) {
      if (random() % 3 != 0) cpus.push_back(cpu);
    }
    std::string text;
    for (std::size_t i = 0; i < cpus.size();) {
      std::size_t last = i;
      while (last + 1 < cpus.size() && cpus[last + 1] == cpus[last] + 1) ++last;
      if (!text.empty()) text += ",";
      text += std::to_string(cpus[i]);
      if (last > i) text += "-" + std::to_string(cpus[last]);
      i = last + 1;
    }
    EXPECT_EQ(parse_cpu_list(text), cpus) << text;
  }
}

TEST(SplitWords, splits_at_any_blanks) {
  EXPECT_THAT(split_words("  a\tbc \n d "), ElementsAre("a", "bc", "d"));
  EXPECT_THAT(split_words(" "), IsEmpty());
}

TEST(HostTree, takes_the_root_with_and_without_slashes) {
  EXPECT_TRUE(HostTree("/").live());
  EXPECT_TRUE(HostTree("").live());
  EXPECT_EQ(HostTree("/").path("proc/stat"), "/proc/stat");
  EXPECT_FALSE(HostTree("/tmp/x/").live());
  EXPECT_EQ(HostTree("/tmp/x/").path("proc/stat"), "/tmp/x/proc/stat");
}

TEST(HostTree, gives_nothing_for_absent_empty_and_malformed_files) {
  fakes::SysfsTree files;
  files.raw("empty", "").file("text", "unlimited").file("minus", "-1").folder("folder");
  const HostTree tree(files.root());
  for (const char* name : {"absent", "empty", "text", "minus", "folder"}) {
    EXPECT_EQ(tree.number(name), std::nullopt) << name;
    EXPECT_EQ(tree.node(name), std::nullopt) << name;
  }
  EXPECT_EQ(tree.line("empty"), std::nullopt);
  EXPECT_EQ(tree.line("folder"), std::nullopt);
  EXPECT_EQ(tree.line_or_unknown("absent"), "unknown");
  EXPECT_THAT(tree.names("absent"), IsEmpty());
}

TEST(HostTree, does_not_hang_on_a_fifo) {
  fakes::SysfsTree files;
  ASSERT_EQ(::mkfifo(files.path("fifo").c_str(), 0600), 0);
  EXPECT_EQ(HostTree(files.root()).line("fifo"), std::nullopt);
}

TEST(HostTree, gives_nothing_for_a_file_that_it_may_not_read) {
  fakes::SysfsTree files;
  files.file("secret", "42");
  ASSERT_EQ(::chmod(files.path("secret").c_str(), 0), 0);
  ASSERT_EQ(::chmod(files.root().c_str(), 0755), 0);
  // Root may read everything, so a test run by root steps down to nobody for this one read.
  const bool root = ::geteuid() == 0;
  if (root) {
    ASSERT_EQ(::seteuid(65534), 0);
  }
  const auto number = HostTree(files.root()).number("secret");
  const bool seen = HostTree(files.root()).exists("secret");
  if (root) {
    ASSERT_EQ(::seteuid(0), 0);
  }
  EXPECT_EQ(number, std::nullopt);
  EXPECT_TRUE(seen);
}

TEST(HostTree, makes_bytes_printable) {
  fakes::SysfsTree files;
  files.raw("binary", std::string_view("a\x01\xff\x1b[0mb\nrest\n", 13));
  EXPECT_EQ(HostTree(files.root()).line("binary"), "a???[0mb");
}

TEST(HostTree, lists_numbered_names_by_their_number) {
  fakes::SysfsTree files;
  for (const char* name :
       {"d/node10", "d/node2", "d/node", "d/nodes3", "d/node1x", "d/xnode1", "d/node99999999999"}) {
    files.folder(name);
  }
  EXPECT_THAT(HostTree(files.root()).numbered("d", "node"), ElementsAre("node2", "node10"));
}

TEST(HostTree, sorts_names_as_people_do) {
  fakes::SysfsTree files;
  for (const char* name : {"d/loop10", "d/loop2", "d/dm-0", "d/sda"}) files.folder(name);
  EXPECT_THAT(HostTree(files.root()).names("d"), ElementsAre("dm-0", "loop2", "loop10", "sda"));
}

TEST(HostTree, resolves_links_relative_to_the_root) {
  fakes::SysfsTree files;
  files.folder("sys/devices/a/b").link("sys/bus/b", "sys/devices/a/b");
  const HostTree tree(files.root());
  EXPECT_EQ(tree.real("sys/bus/b"), "sys/devices/a/b");
  EXPECT_EQ(tree.link_name("sys/bus/b"), "b");
  EXPECT_EQ(tree.link_name("sys/devices/a"), "");
  EXPECT_EQ(tree.real("sys/bus/none"), std::nullopt);
}

TEST(HostTree, finds_a_kb_field_only_under_its_whole_name) {
  fakes::SysfsTree files;
  files.raw("m", "XMemFree:  7 kB\nNode 0 MemFree:  5 kB\nLast: many kB");
  const HostTree tree(files.root());
  EXPECT_EQ(tree.kb_field("m", "MemFree:"), 5U * 1024);
  EXPECT_EQ(tree.kb_field("m", "Last:"), std::nullopt);
  EXPECT_EQ(tree.kb_field("m", "None:"), std::nullopt);
}

TEST(ParseCpuMask, reads_groups_of_32_bits_from_the_right) {
  EXPECT_EQ(parse_cpu_mask("5"), (std::vector<int>{0, 2}));
  EXPECT_EQ(parse_cpu_mask("80000000,00000001\n"), (std::vector<int>{0, 63}));
  EXPECT_EQ(parse_cpu_mask("00000000"), std::vector<int>());
  EXPECT_EQ(parse_cpu_mask(""), std::vector<int>());
  EXPECT_EQ(parse_cpu_mask("0x1"), std::vector<int>());
  EXPECT_EQ(parse_cpu_mask("1,,1"), std::vector<int>());
  EXPECT_EQ(parse_cpu_mask("100000000"), std::vector<int>());
}

}  // namespace
}  // namespace pmembench
