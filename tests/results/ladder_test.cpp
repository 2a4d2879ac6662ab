#include "results/ladder.hpp"

#include <gmock/gmock.h>

#include "results/make_row.hpp"
#include "sample.hpp"
#include "workloads/workload.hpp"

namespace pmembench {
namespace {

// A run of rungs, each measured by the same processes at a constant distance.
struct MeasuredRungs {
  std::vector<Row> rows;
  FiguresByCell replicates;
  OptionsByCell options;

  void add(const std::string& path, double ns, const std::string& backend = "movnt",
           const Parameters& keys = {}) {
    Cell cell = sample::served_by(backend, sample::cell("m/" + backend + "/" + path));
    cell.path = path;
    for (const auto& [key, value] : keys) {
      cell.parameters[key] = value;
      cell.name += "," + key + "=" + value;
    }
    std::vector<Replicate> all;
    for (unsigned index = 0; index < 8; ++index) {
      // Processes differ by far more than rungs do: only pairs can tell.
      all.push_back(sample::replicate(index, ns * (1 + index)));
    }
    rows.push_back(make_row(cell, all, "", RowContext{}));
    replicates[cell.name] = figures_of(all);
  }
  std::vector<Ladder> ladders() const { return ladders_of(rows, replicates, 0.95, options); }
};

// Names, indented by depth.
std::vector<std::string> tree_of(const Ladder& ladder) {
  std::vector<std::string> tree;
  for (const LadderRung& rung : ladder.rungs)
    tree.push_back(std::string(rung.depth, ' ') + rung.name);
  return tree;
}

const LadderRung& rung_of(const Ladder& ladder, const std::string& name) {
  for (const LadderRung& rung : ladder.rungs) {
    if (rung.name == name) return rung;
  }
  ADD_FAILURE() << "no rung " << name;
  return ladder.rungs.front();
}

std::vector<std::string> parents_of(const LadderRung& rung) {
  std::vector<std::string> names;
  for (const RungCost& cost : rung.over_parents) names.push_back(cost.over);
  return names;
}

TEST(Ladder, is_the_tree_of_the_paths_whatever_the_order_of_the_rows) {
  MeasuredRungs run;
  for (const char* path : {"posix", "fs-block", "block-btt", "fs-dax", "direct", "mapped", "kernel",
                           "fs-mixed", "block-rmw", "block-raw"}) {
    run.add(path, 100);
  }
  const auto ladders = run.ladders();
  ASSERT_EQ(ladders.size(), 1u);
  EXPECT_THAT(tree_of(ladders[0]),
              testing::ElementsAre("direct", " mapped", " block-raw", "  block-btt", "  block-rmw",
                                   "  fs-block", " fs-dax", "  fs-mixed", "kernel", "posix"));
}

TEST(Ladder, has_a_rung_for_every_path_that_is_a_layer) {
  MeasuredRungs run;
  std::size_t layers = 0;
  for (const PathType& path : path_list()) {
    run.add(std::string(path.name), 100);
    layers += path.is_layer ? 1 : 0;
  }
  EXPECT_EQ(layers, 13u);
  EXPECT_EQ(run.ladders().at(0).rungs.size(), layers);
}

TEST(Ladder, reckons_the_cost_over_parent_and_direct_within_each_process) {
  MeasuredRungs run;
  run.add("direct", 100);
  run.add("block-raw", 110);
  run.add("block-btt", 165);
  const auto ladders = run.ladders();
  ASSERT_EQ(ladders.size(), 1u);
  const auto& rungs = ladders[0].rungs;
  EXPECT_TRUE(rungs[0].over_parents.empty());
  EXPECT_FALSE(rungs[0].over_direct);
  const LadderRung& raw = rung_of(ladders[0], "block-raw");
  EXPECT_THAT(parents_of(raw), testing::ElementsAre("direct"));
  EXPECT_NEAR(raw.over_parents[0].share->estimate, 0.1, 1e-9);
  EXPECT_NEAR(raw.over_parents[0].share->low, 0.1, 1e-9);
  EXPECT_NEAR(raw.over_parents[0].share->high, 0.1, 1e-9);
  const LadderRung& btt = rung_of(ladders[0], "block-btt");
  EXPECT_THAT(parents_of(btt), testing::ElementsAre("block-raw"));
  EXPECT_NEAR(btt.over_parents[0].share->estimate, 0.5, 1e-9);
  EXPECT_TRUE(btt.over_parents[0].ns->has_interval);
  EXPECT_GT(btt.over_parents[0].ns->low, 0);
  ASSERT_TRUE(btt.over_direct);
  EXPECT_NEAR(btt.over_direct->share->estimate, 0.65, 1e-9);
}

TEST(Ladder, compares_no_rungs_that_are_not_built_on_each_other) {
  MeasuredRungs run;
  for (const char* path :
       {"direct", "block-raw", "block-rmw", "fs-dax", "fs-mixed", "kernel", "posix"}) {
    run.add(path, 100);
  }
  const Ladder ladder = run.ladders().at(0);
  EXPECT_THAT(parents_of(rung_of(ladder, "fs-mixed")), testing::ElementsAre("fs-dax", "block-raw"));
  for (const char* alone : {"kernel", "posix"}) {
    EXPECT_TRUE(rung_of(ladder, alone).over_parents.empty());
    EXPECT_EQ(rung_of(ladder, alone).over_direct.value().over, "direct");
  }
}

TEST(Ladder, names_the_nearest_measured_path_where_a_parent_is_missing) {
  MeasuredRungs run;
  run.add("direct", 100);
  run.add("block-btt", 150);
  run.add("fs-mixed", 160);
  const Ladder ladder = run.ladders().at(0);
  EXPECT_THAT(tree_of(ladder), testing::ElementsAre("direct", " block-btt", " fs-mixed"));
  EXPECT_THAT(parents_of(rung_of(ladder, "block-btt")), testing::ElementsAre("direct"));
  EXPECT_THAT(parents_of(rung_of(ladder, "fs-mixed")), testing::ElementsAre("direct"));
}

TEST(Ladder, keeps_rungs_of_one_path_apart_by_keys_and_options) {
  MeasuredRungs run;
  run.add("direct", 100);
  run.add("block-rmw", 900, "movnt", {{"erase", "on"}});
  run.add("block-rmw", 700, "movnt", {{"erase", "off"}});
  run.add("kernel", 2000, "block", {{"sector", "512"}});
  run.add("kernel", 2500, "block", {{"sector", "4096"}});
  run.options = {{"m/block/kernel,sector=512", "engine=uring"},
                 {"m/block/kernel,sector=4096", "engine=pread"}};
  EXPECT_THAT(
      tree_of(run.ladders().at(0)),
      testing::ElementsAre("direct", " block-rmw erase=on", " block-rmw erase=off",
                           "kernel engine=uring sector=512", "kernel engine=pread sector=4096"));
}

TEST(Ladder, compares_with_the_parent_that_has_the_same_keys) {
  MeasuredRungs run;
  run.add("fs-dax", 100, "movnt", {{"data", "in-place"}});
  run.add("fs-dax", 200, "movnt", {{"data", "cow"}});
  run.add("fs-mixed", 220, "movnt", {{"data", "cow"}});
  const Ladder ladder = run.ladders().at(0);
  EXPECT_THAT(parents_of(rung_of(ladder, "fs-mixed")), testing::ElementsAre("fs-dax data=cow"));
}

TEST(Ladder, has_the_bytes_stored_for_each_byte_asked_to_be_stored) {
  // Half of the bytes are read.
  EXPECT_EQ(
      stored_per_byte({{"bytes_asked", 8192}, {"bytes_to_store", 4096}, {"bytes_stored", 131072}}),
      32);
  EXPECT_EQ(stored_per_byte({{"bytes_asked", 4096}, {"bytes_stored", 131072}}), std::nullopt)
      << "a reader's";
  EXPECT_EQ(stored_per_byte({{"bytes_to_store", 0}, {"bytes_stored", 131072}}), std::nullopt);
  EXPECT_EQ(stored_per_byte({{"bytes_stored", 131072}}), std::nullopt);
}

// A process that is slow by far decides a difference of nanoseconds, and not the times beside it.
TEST(Ladder, gives_a_difference_by_the_estimator_of_its_times) {
  MeasuredRungs run;
  run.add("direct", 100);
  run.add("block-raw", 175'000);
  run.add("block-btt", 150);
  auto& slow = run.replicates["m/movnt/block-raw"];
  for (std::size_t i = 0; i < slow.size() / 2; ++i) slow[i].median_ns_per_operation = 5e6;
  const Ladder ladder = run.ladders().at(0);
  const RungCost& cost = rung_of(ladder, "block-raw").over_parents.at(0);
  const double below = rung_of(ladder, "direct").ns_per_operation.estimate;
  EXPECT_NEAR(cost.ns->estimate, below * cost.share->estimate, 1e-6 * cost.ns->estimate);
  EXPECT_NEAR(cost.ns->high, below * cost.share->high, 1e-6 * cost.ns->high);
}

TEST(Ladder, takes_no_rung_of_operations_that_come_at_a_rate) {
  MeasuredRungs run;
  for (const char* path : {"direct", "block-raw", "block-btt"}) run.add(path, 100);
  for (Row& row : run.rows) row.service_ns = LatencyResult{};
  EXPECT_TRUE(run.ladders().empty());
}

TEST(Ladder, keeps_placements_apart) {
  MeasuredRungs run;
  for (const char* path : {"direct", "block-raw", "block-btt"}) run.add(path, 100);
  for (const char* path : {"direct", "block-raw", "block-btt"}) run.add(path, 200);
  for (std::size_t row = 3; row < 6; ++row) run.rows[row].placement.asked = "cpu_node=0;node=1";
  const auto ladders = run.ladders();
  ASSERT_EQ(ladders.size(), 2u);
  EXPECT_THAT(ladders[1].title, testing::HasSubstr(", cpu_node=0;node=1"));
}

TEST(Ladder, keeps_backends_apart_and_shares_what_stands_alone) {
  MeasuredRungs run;
  for (const char* backend : {"movnt", "clwb"}) {
    run.add("direct", 100, backend);
    run.add("block-raw", 120, backend);
  }
  run.add("posix", 900, "block");
  const auto ladders = run.ladders();
  ASSERT_EQ(ladders.size(), 2u);
  EXPECT_NE(ladders[0].title.find("movnt"), std::string::npos);
  EXPECT_NE(ladders[1].title.find("clwb"), std::string::npos);
  for (const Ladder& ladder : ladders) {
    EXPECT_THAT(tree_of(ladder), testing::ElementsAre("direct", " block-raw", "posix"));
  }
}

TEST(Ladder, needs_three_rungs_that_were_measured) {
  MeasuredRungs run;
  run.add("direct", 100);
  run.add("block-raw", 120);
  EXPECT_TRUE(run.ladders().empty());
  run.add("guarded", 100);  // no layer
  run.add("block-btt", 150, "null");
  EXPECT_TRUE(run.ladders().empty());
  Cell failed = sample::cell("failed");
  failed.path = "block-btt";
  run.rows.push_back(make_row(failed, {}, "it broke", RowContext{}));
  EXPECT_TRUE(run.ladders().empty());
}

TEST(Ladder, is_none_of_rows_of_one_path) {
  MeasuredRungs run;
  for (const char* sector : {"512", "1024", "4096"})
    run.add("kernel", 100, "block", {{"sector", sector}});
  run.add("direct", 100, "block");
  EXPECT_EQ(run.ladders().size(), 1u);
  run.rows.pop_back();
  for (Row& row : run.rows) row.path = "direct";
  EXPECT_TRUE(run.ladders().empty());
}

TEST(Ladder, has_no_cost_where_no_process_ran_both_rungs) {
  MeasuredRungs run;
  run.add("direct", 100);
  run.add("block-raw", 120);
  run.add("block-btt", 150);
  for (ReplicateFigures& one : run.replicates["m/movnt/block-raw"]) one.index += 100;
  const Ladder ladder = run.ladders().at(0);
  EXPECT_FALSE(rung_of(ladder, "block-raw").over_parents.at(0).ns);
  EXPECT_FALSE(rung_of(ladder, "block-btt").over_parents.at(0).share);
  EXPECT_TRUE(rung_of(ladder, "block-btt").over_direct.value().share) << "direct ran beside it";
}

}  // namespace
}  // namespace pmembench
