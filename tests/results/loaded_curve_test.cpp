#include "results/loaded_curve.hpp"

#include <gmock/gmock.h>

#include "sample.hpp"
#include "words.hpp"

namespace pmembench {
namespace {

struct LoadedRun {
  std::vector<Row> rows;
  FiguresByCell replicates;

  void add(const std::string& share, double ns, unsigned threads = 4,
           const std::map<std::string, std::string>& more = {}) {
    Cell cell = sample::cell(fmt::format("loaded/{}/{}", share, rows.size()));
    cell.workload = "loaded";
    cell.threads = threads;
    cell.latency_mode = "dependent";
    cell.parameters = {{"load_share", share},
                       {"load_rate", "0"},
                       {"pause", "0"},
                       {"read_share", "100"},
                       {"order", "sequential"}};
    for (const auto& [key, value] : more) cell.parameters[key] = value;
    std::vector<Replicate> all;
    for (unsigned index = 0; index < 8; ++index) {
      all.push_back(sample::replicate(index, ns));
      all.back().histogram = sample::histogram(static_cast<std::uint64_t>(2 * ns) + index, 1000);
    }
    rows.push_back(make_row(cell, all, "", RowContext{}));
    replicates[cell.name] = figures_of(all);
  }
  std::vector<LoadedCurve> curves() const { return loaded_curves(rows, replicates); }
};

TEST(LoadedCurve, has_a_point_for_each_load_that_was_asked_for) {
  LoadedRun run;
  run.add("0", 90);
  run.add("50", 100);
  run.add("100", 200, 4, {{"pause", "64"}});
  const auto curves = run.curves();
  ASSERT_EQ(curves.size(), 1U);
  ASSERT_EQ(curves[0].points.size(), 3U);
  EXPECT_EQ(curves[0].points[1].asked, "50 %");
  EXPECT_EQ(curves[0].points[2].asked, "pause 64");
  EXPECT_EQ(curves[0].label, "100 % reads");
}

TEST(LoadedCurve, finds_the_knee_of_the_curve_that_each_process_measured) {
  LoadedRun run;
  const std::vector<std::pair<double, double>> shape{{100, 500}, {0, 90}, {50, 95}, {90, 110}};
  for (const auto& [share, ns] : shape) {  // in no order
    run.add(fmt::format("{}", share), ns);
    for (ReplicateFigures& replicate : run.replicates.at(run.rows.back().cell)) {
      replicate.loaded_bytes_per_s = share * 1e8;
    }
  }
  const auto findings = run.curves().at(0).findings;
  ASSERT_TRUE(findings);
  EXPECT_EQ(findings->processes, 8U);
  EXPECT_NEAR(findings->unloaded_latency.estimate, 90, 1e-9);
  EXPECT_NEAR(findings->latency_ratio.estimate, 500.0 / 90, 1e-9);
  ASSERT_TRUE(findings->knee_bandwidth);
  EXPECT_NEAR(findings->knee_bandwidth->estimate, 9e9, 1);
}

TEST(LoadedCurve, finds_nothing_in_two_points) {
  LoadedRun run;
  run.add("0", 90);
  run.add("100", 400);
  EXPECT_FALSE(run.curves().at(0).findings);
}

TEST(LoadedCurve, has_percentiles_over_the_processes) {
  LoadedRun run;
  run.add("0", 90);
  const LoadedCurve curve = run.curves().at(0);
  const Estimate& p50 = curve.points.at(0).percentiles.at("p50");
  EXPECT_TRUE(p50.has_interval);
  EXPECT_LT(p50.low, p50.high);
  EXPECT_EQ(curve.points[0].percentiles.count("p99.9"), 0U) << "1000 operations are too few";
}

TEST(LoadedCurve, keeps_loads_apart_and_says_what_differs) {
  LoadedRun run;
  run.add("0", 90);
  run.add("0", 95, 4, {{"read_share", "50"}});
  run.add("0", 95, 4, {{"order", "random"}});
  const auto curves = run.curves();
  ASSERT_EQ(curves.size(), 3U);
  EXPECT_EQ(curves[1].label, "50 % reads, sequential");
  EXPECT_EQ(curves[2].label, "100 % reads, random");
  EXPECT_EQ(curves[0].group, curves[2].group);
}

TEST(LoadedCurve, has_no_points_of_fewer_threads) {
  LoadedRun run;
  run.add("0", 90);
  run.add("100", 95, 3);
  EXPECT_EQ(run.curves().at(0).points.size(), 1U);
}

TEST(LoadedCurve, is_printed_with_intervals) {
  LoadedRun run;
  run.add("0", 90);
  const std::string text = sample::words_of(loaded_tables(run.curves()));
  EXPECT_THAT(text, testing::HasSubstr("loaded latency: dram:1M, path direct"));
  EXPECT_THAT(text, testing::HasSubstr("100 % reads\n0 % | "));
  EXPECT_THAT(text, testing::HasSubstr(" | 90 ns | ±0.0% | "));
  EXPECT_TRUE(loaded_tables({}).empty());
}

}  // namespace
}  // namespace pmembench
