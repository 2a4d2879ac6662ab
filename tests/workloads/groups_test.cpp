#include "workloads/groups.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "workbench.hpp"

namespace pmembench {
namespace {

TEST(Groups, are_read_with_their_keys_rates_and_parts) {
  const auto groups =
      read_groups("2*sequential:access=load+1*random:access=write,operation_size=4K@500M", 1 << 20);
  ASSERT_TRUE(groups) << groups.error().message;
  ASSERT_EQ(groups->size(), 2U);
  EXPECT_EQ((*groups)[0].threads, 2U);
  EXPECT_EQ((*groups)[0].parameters.at("access"), "load");
  EXPECT_EQ((*groups)[0].parameters.at("range_offset"), "0");
  EXPECT_EQ((*groups)[1].parameters.at("operation_size"), "4096");
  EXPECT_EQ((*groups)[1].parameters.at("range_offset"), "524288");
  EXPECT_EQ((*groups)[1].parameters.at("range_size"), "524288");
  EXPECT_EQ((*groups)[1].bytes_per_s, 500.0 * (1 << 20));
  EXPECT_EQ(group_of(*groups, 0), 0U);
  EXPECT_EQ(group_of(*groups, 1), 0U);
  EXPECT_EQ(group_of(*groups, 2), 1U);
}

TEST(Groups, have_paths_and_the_cells_other_medium) {
  const auto groups = read_groups(
      "1*random+1*chase:path=mapped,medium=other+1*sequential:medium=other+1*random:path=flags",
      1 << 20, 1 << 16);
  ASSERT_TRUE(groups) << groups.error().message;
  EXPECT_EQ((*groups)[1].path, "mapped");
  EXPECT_TRUE((*groups)[1].on_other);
  EXPECT_EQ((*groups)[3].path, "flags");
  EXPECT_FALSE((*groups)[3].on_other);
  EXPECT_EQ((*groups)[0].parameters.at("range_size"), "524288") << "two groups share the medium";
  EXPECT_EQ((*groups)[2].parameters.at("range_offset"), "32768") << "and two the other one";
  EXPECT_EQ((*groups)[3].parameters.at("range_offset"), "524288");
  const auto check = [](const char* text, const char* other) {
    return static_cast<bool>(find_workload("groups")->check(
        {{"groups", text}, {"other_media", other}}, std::uint64_t{1} << 20, 2));
  };
  EXPECT_TRUE(check("1*random+1*random:medium=other", "dram:1M"));
  EXPECT_FALSE(check("1*random+1*random:medium=other", "")) << "there is none";
  EXPECT_FALSE(check("1*random+1*random", "dram:1M")) << "nobody uses it";
}

TEST(Groups, are_refused_where_they_are_none) {
  for (const char* text : {"", "sequential", "0*random", "2*", "2*varmail", "2*lifetime",
                           "1*random:access", "1*random:x=1", "1*random:access=fly", "1*random@",
                           "1*random@fast", "1*random+", "1*random:operation_size=x"}) {
    const auto groups = read_groups(text, 1 << 20);
    ASSERT_FALSE(groups) << text;
    EXPECT_EQ(groups.error().kind, ErrorKind::usage) << text;
  }
  const auto check = [](const char* text, unsigned threads) {
    return static_cast<bool>(find_workload("groups")->check({{"groups", text}, {"other_media", ""}},
                                                            std::uint64_t{1} << 20, threads));
  };
  EXPECT_TRUE(check("1*random+1*sequential", 2));
  EXPECT_FALSE(check("1*random+1*sequential", 3)) << "as many threads as the groups have";
  EXPECT_FALSE(check("1*random:operation_size=1M+1*sequential", 2)) << "it does not fit its part";
}

TEST(Groups, work_on_parts_that_do_not_meet_and_verify) {
  const auto device = test_device(builtin("movnt"));
  auto path = *find_path("direct")->make(*device, nullptr);
  const Parameters parameters{
      {"groups", "1*random:access=write+1*sequential:access=write,operation_size=64"}};
  const WorkloadType& type = *find_workload("groups");
  EXPECT_TRUE(type.writes(parameters));
  EXPECT_TRUE(type.durable(parameters));
  EXPECT_FALSE(type.writes({{"groups", "1*random:access=load"}}));
  std::vector<std::unique_ptr<Workload>> both;
  for (unsigned index : {0U, 1U}) {
    both.push_back(type.make(parameters, *path, {index, 2, 4}));
    ASSERT_TRUE(both.back()->prepare());
    both.back()->refresh();
  }
  for (int round = 0; round < 20; ++round) {
    for (const auto& one : both) EXPECT_EQ(one->run(16).operations, 16U);
  }
  for (const auto& one : both) {
    const Status verified = one->verify();
    EXPECT_TRUE(verified) << verified.error().message;
  }
}

}  // namespace
}  // namespace pmembench
