#include "cli/curve_plan.hpp"

#include <gtest/gtest.h>

#include "tests/plan/fake_backends.hpp"
#include "tests/plan/fake_topology.hpp"

namespace pmembench {
namespace {

class CurvePlan : public testing::Test {
 protected:
  CurvePlanner planner(CurveWishes wishes) {
    return {std::move(wishes), registry_, topology_, false};
  }
  static CurveWishes on(const std::string& media) {
    CurveWishes wishes;
    wishes.media = {media};
    wishes.assignments = {"backend=movnt", "read_share=100", "threads=2"};
    return wishes;
  }

  Registry registry_ = fake_registry();
  Topology topology_ = one_node(2);
};

TEST_F(CurvePlan, has_a_base_for_each_curve_without_load) {
  CurveWishes wishes = on("dram:1M");
  wishes.assignments[1] = "read_share=100,50";
  const auto bases = planner(wishes).bases();
  ASSERT_TRUE(bases) << bases.error().message;
  ASSERT_EQ(bases->size(), 2u);
  EXPECT_EQ((*bases)[1].name, "dram:1M/movnt/direct/loaded/read_share=50,load_share=0/t2");
  EXPECT_EQ((*bases)[1].skip_reason, "");
}

TEST_F(CurvePlan, changes_the_pace_and_nothing_else) {
  CurveWishes wishes = on("dram:1M");
  wishes.assignments[1] = "read_share=100,50";
  const CurvePlanner one = planner(wishes);
  const auto bases = one.bases();
  ASSERT_TRUE(bases);
  const auto half = one.with((*bases)[1], {"load_share=37.5"});
  ASSERT_TRUE(half) << half.error().message;
  EXPECT_EQ(half->name, "dram:1M/movnt/direct/loaded/read_share=50,load_share=37.5/t2");
  Parameters same = half->parameters;
  same["load_share"] = "0";
  EXPECT_EQ(same, (*bases)[1].parameters);
  EXPECT_EQ(half->placement.cpus, (*bases)[1].placement.cpus);
}

TEST_F(CurvePlan, pairs_every_probe_with_every_load) {
  CurveWishes wishes = on("dram:1M");
  wishes.media.clear();
  wishes.probes = {"dram:1M", "dram:2M"};
  wishes.loads = {"dram:2M"};
  const auto bases = planner(wishes).bases();
  ASSERT_TRUE(bases) << bases.error().message;
  ASSERT_EQ(bases->size(), 2u);
  EXPECT_EQ((*bases)[0].media, "dram:2M");
  EXPECT_EQ((*bases)[0].probe_media(), "dram:1M");
  EXPECT_EQ((*bases)[1].probe_media(), "");  // one medium, probed where it is loaded
  EXPECT_NE((*bases)[0].device_key(), (*bases)[1].device_key());
}

TEST_F(CurvePlan, has_as_many_shares_as_points_allow) {
  CurveWishes wishes = on("dram:1M");
  wishes.points = 24;
  EXPECT_EQ(planner(wishes).shares().size(), 21u);
  wishes.points = 20;
  EXPECT_EQ(planner(wishes).shares().size(), 11u);
  wishes.points = 5;
  EXPECT_EQ(planner(wishes).shares(), (std::vector<double>{0, 25, 50, 75, 100}));
  wishes.points = 2;
  EXPECT_EQ(planner(wishes).shares(), (std::vector<double>{0, 100}));
}

TEST_F(CurvePlan, skips_what_one_cpu_cannot_do) {
  topology_ = one_node(1);
  CurveWishes wishes = on("dram:1M");
  wishes.assignments[2] = "threads=all";
  const auto bases = planner(wishes).bases();
  ASSERT_TRUE(bases) << bases.error().message;
  EXPECT_EQ(bases->front().skip_reason,
            "workload loaded needs two CPUs, one that probes and one or more that load, and has 1");
}

TEST_F(CurvePlan, passes_on_what_the_campaign_refuses) {
  CurveWishes wishes = on("dram:1M");
  wishes.assignments.emplace_back("order=backwards");
  EXPECT_FALSE(planner(wishes).bases());
  EXPECT_FALSE(planner(on("dram:")).bases());
}

}  // namespace
}  // namespace pmembench
