#include "cluster/roll_call.hpp"

#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <set>

namespace pmembench {
namespace {

using nlohmann::json;
const std::vector<std::string> kHosts{"n01", "n02"};

json hello(const char* software, const char* kernel, std::vector<int> cpus, const char* boot) {
  return {{"software", software}, {"kernel", kernel}, {"cpu", "x"},        {"page_bytes", 4096},
          {"cpus", cpus},         {"boot", boot},     {"fingerprint", "f"}};
}

TEST(RollCall, other_software_is_refused_with_both_hosts) {
  const auto roll = call_roll(
      {hello("pmembench 1 (a)", "6.1", {0}, "1"), hello("pmembench 1 (b)", "6.1", {0}, "2")},
      kHosts);
  ASSERT_FALSE(roll);
  EXPECT_EQ(roll.error().kind, ErrorKind::environment);
  for (const char* word : {"n01", "n02", "(a)", "(b)"}) {
    EXPECT_NE(roll.error().message.find(word), std::string::npos) << word;
  }
}

TEST(RollCall, other_kernels_are_named) {
  const auto roll = call_roll({hello("s", "6.1", {0}, "1"), hello("s", "6.9", {0}, "2")}, kHosts);
  ASSERT_TRUE(roll);
  ASSERT_EQ(roll->differences.size(), 1U);
  EXPECT_NE(roll->differences[0].find("6.9"), std::string::npos);
  EXPECT_NE(roll->fingerprint, call_roll({hello("s", "6.1", {0}, "1")}, {"n01"})->fingerprint);
}

TEST(RollCall, media_of_other_sizes_pages_or_domains_are_refused) {
  const json first{
      {"medium", {{"size_bytes", 4096}, {"page_bytes", 4096}, {"persistence_domain", "none"}}}};
  EXPECT_TRUE(require_same_media({first, first}, kHosts));
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, json>>{{"size_bytes", 8192},
                                                 {"page_bytes", 2097152},
                                                 {"persistence_domain", "memory_controller"}}) {
    json other = first;
    other["medium"][key] = value;
    const Status same = require_same_media({first, other}, kHosts);
    ASSERT_FALSE(same) << key;
    EXPECT_NE(same.error().message.find("n02"), std::string::npos);
  }
}

TEST(RollCall, ranks_of_one_kernel_get_cpus_of_their_own_and_take_turns_at_them) {
  Cell cell;
  cell.placement.cpus = {2};
  const std::vector<json> hellos{hello("s", "k", {0, 2, 4}, "1"), hello("s", "k", {0, 2, 4}, "1"),
                                 hello("s", "k", {0, 2, 4}, "2")};
  std::array<std::set<std::size_t>, 2> taken;
  for (unsigned replicate = 6; replicate < 8; ++replicate) {
    const auto ordinals = cpu_ordinals(cell, hellos, replicate);
    EXPECT_EQ(ordinals[2], std::vector<std::size_t>{1}) << "alone on its machine";
    for (unsigned rank = 0; rank < 2; ++rank) taken[rank].insert(ordinals[rank].at(0));
    EXPECT_NE(ordinals[0], ordinals[1]);
  }
  // In a block of as many replicates as ranks each has been everywhere.
  EXPECT_EQ(taken[0], (std::set<std::size_t>{1, 2}));
  EXPECT_EQ(taken[1], (std::set<std::size_t>{1, 2}));
}

// Four ranks on two CPUs: not always the same two share one.
TEST(RollCall, ranks_that_share_a_cpu_change) {
  Cell cell;
  cell.placement.cpus = {0};
  const std::vector<json> hellos(4, hello("s", "k", {0, 1}, "1"));
  std::set<std::size_t> with_the_first;
  for (unsigned replicate = 0; replicate < 40; ++replicate) {
    const auto ordinals = cpu_ordinals(cell, hellos, replicate);
    for (std::size_t rank = 1; rank < 4; ++rank) {
      if (ordinals[rank][0] % 2 == ordinals[0][0] % 2) with_the_first.insert(rank);
    }
  }
  EXPECT_EQ(with_the_first, (std::set<std::size_t>{1, 2, 3}));
}

}  // namespace
}  // namespace pmembench
