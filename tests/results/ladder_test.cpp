#include "results/ladder.hpp"

#include <gmock/gmock.h>

#include "results/make_row.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

// A run of rungs, each measured by the same processes at a constant distance.
struct MeasuredRungs {
  std::vector<Row> rows;
  std::map<std::string, std::vector<Replicate>> replicates;

  void add(const std::string& path, double ns, const std::string& backend = "movnt",
           unsigned processes = 8) {
    Cell cell = sample::served_by(backend, sample::cell("m/" + backend + "/" + path));
    cell.path = path;
    std::vector<Replicate> all;
    for (unsigned index = 0; index < processes; ++index) {
      // Processes differ by far more than rungs do: only pairs can tell.
      all.push_back(sample::replicate(index, ns * (1 + index)));
    }
    rows.push_back(make_row(cell, all, "", RowContext{}));
    replicates[cell.name] = all;
  }
};

std::vector<std::string> paths_of(const Ladder& ladder) {
  std::vector<std::string> paths;
  for (const LadderRung& rung : ladder.rungs) paths.push_back(rung.path);
  return paths;
}

TEST(Ladder, stands_in_the_order_of_the_layers_whatever_the_order_of_the_rows) {
  MeasuredRungs run;
  for (const char* path : {"posix", "block-btt", "fs-dax", "direct", "mapped", "kernel"}) {
    run.add(path, 100);
  }
  const auto ladders = ladders_of(run.rows, run.replicates);
  ASSERT_EQ(ladders.size(), 1u);
  EXPECT_THAT(paths_of(ladders[0]),
              testing::ElementsAre("mapped", "direct", "fs-dax", "block-btt", "kernel", "posix"));
}

TEST(Ladder, reckons_the_cost_over_the_rung_below_within_each_process) {
  MeasuredRungs run;
  run.add("direct", 100);
  run.add("block-raw", 110);
  run.add("block-btt", 165);
  const auto ladders = ladders_of(run.rows, run.replicates);
  ASSERT_EQ(ladders.size(), 1u);
  const auto& rungs = ladders[0].rungs;
  EXPECT_FALSE(rungs[0].cost_ns);
  ASSERT_TRUE(rungs[1].cost_share && rungs[2].cost_share);
  EXPECT_NEAR(rungs[1].cost_share->estimate, 0.1, 1e-9);
  EXPECT_NEAR(rungs[1].cost_share->low, 0.1, 1e-9);
  EXPECT_NEAR(rungs[1].cost_share->high, 0.1, 1e-9);
  EXPECT_NEAR(rungs[2].cost_share->estimate, 0.5, 1e-9);
  EXPECT_TRUE(rungs[2].cost_ns->has_interval);
  EXPECT_GT(rungs[2].cost_ns->low, 0);
}

TEST(Ladder, takes_no_rung_of_operations_that_come_at_a_rate) {
  MeasuredRungs run;
  for (const char* path : {"direct", "block-raw", "block-btt"}) run.add(path, 100);
  for (Row& row : run.rows) row.service_ns = LatencyResult{};
  EXPECT_TRUE(ladders_of(run.rows, run.replicates).empty());
}

TEST(Ladder, keeps_placements_apart) {
  MeasuredRungs run;
  for (const char* path : {"direct", "block-raw", "block-btt"}) run.add(path, 100);
  for (const char* path : {"direct", "block-raw", "block-btt"}) run.add(path, 200);
  for (std::size_t row = 3; row < 6; ++row) run.rows[row].placement.asked = "cpu_node=0;node=1";
  const auto ladders = ladders_of(run.rows, run.replicates);
  ASSERT_EQ(ladders.size(), 2u);
  EXPECT_THAT(ladders[1].title, testing::HasSubstr(", cpu_node=0;node=1"));
}

TEST(Ladder, keeps_backends_apart_and_shares_what_lies_beside_the_device) {
  MeasuredRungs run;
  for (const char* backend : {"movnt", "clwb"}) {
    run.add("direct", 100, backend);
    run.add("block-raw", 120, backend);
  }
  run.add("posix", 900, "block");
  const auto ladders = ladders_of(run.rows, run.replicates);
  ASSERT_EQ(ladders.size(), 2u);
  EXPECT_NE(ladders[0].title.find("movnt"), std::string::npos);
  EXPECT_NE(ladders[1].title.find("clwb"), std::string::npos);
  for (const Ladder& ladder : ladders) {
    EXPECT_THAT(paths_of(ladder), testing::ElementsAre("direct", "block-raw", "posix"));
  }
}

TEST(Ladder, needs_three_rungs_that_were_measured) {
  MeasuredRungs run;
  run.add("direct", 100);
  run.add("block-raw", 120);
  EXPECT_TRUE(ladders_of(run.rows, run.replicates).empty());
  run.add("guarded", 100);  // no layer
  run.add("block-btt", 150, "null");
  EXPECT_TRUE(ladders_of(run.rows, run.replicates).empty());
  Cell failed = sample::cell("failed");
  failed.path = "block-btt";
  run.rows.push_back(make_row(failed, {}, "it broke", RowContext{}));
  EXPECT_TRUE(ladders_of(run.rows, run.replicates).empty());
}

TEST(Ladder, has_no_cost_where_no_process_ran_both_rungs) {
  MeasuredRungs run;
  run.add("direct", 100);
  run.add("block-raw", 120);
  run.add("block-btt", 150);
  for (Replicate& one : run.replicates["m/movnt/block-raw"]) one.index += 100;
  const auto ladders = ladders_of(run.rows, run.replicates);
  ASSERT_EQ(ladders.size(), 1u);
  EXPECT_FALSE(ladders[0].rungs[1].cost_ns);
  EXPECT_FALSE(ladders[0].rungs[2].cost_ns);
}

}  // namespace
}  // namespace pmembench
