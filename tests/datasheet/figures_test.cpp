// Headline figures from cells, and one memory's over another's.
#include "datasheet/figures.hpp"

#include <gtest/gtest.h>

#include "made_cells.hpp"

namespace pmembench {
namespace {

TEST(Figures, come_from_the_cells_that_are_for_them) {
  ProbeCell read = even_cell("sequential", {{"access", "load"}}, 4);
  read.row.bytes_per_s = Estimate{16e9, 15e9, 17e9, true};
  ProbeCell pair = even_cell("chase", {}, 120);
  pair.row.placement.asked = "cpu_node=0";
  pair.row.numa =
      RowPair{0, "node 0", 0, {}, "", "latency_ns", 100.0, "HMAT", Estimate{1.2, 1.1, 1.3, true}};
  ProbeCell durable = even_cell("persist", {}, 500);
  Histogram histogram;
  histogram.record_many(1000, 99'000);
  histogram.record_many(4000, 1000);
  for (Replicate& each : durable.replicates) {
    each.histogram = histogram;
    each.ns_per_tick = 1;
  }
  const std::vector<DatasheetFigure> figures = headline_figures(
      ProbeSet({even_cell("chase", {{"order", "sequential"}}, 9), even_cell("chase", {}, 100), pair,
                read, durable, skipped_cell("copy", {}, "one CPU")}),
      {});
  std::vector<std::string> names;
  for (const DatasheetFigure& each : figures) names.push_back(each.name);
  EXPECT_EQ(names,
            (std::vector<std::string>{"latency, idle", "read", "durable 64 B, movnt",
                                      "durable 64 B, movnt, p99.9", "latency, node 0 to node 0"}));
  EXPECT_NEAR(figures[0].value.estimate, 100, 1);
  EXPECT_TRUE(figures[0].value.has_interval);
  EXPECT_NEAR(figures[1].by_process.at(0), 16e9, 1e6);
  EXPECT_NEAR(figures[3].value.estimate, 4000, 20);
  EXPECT_NE(figures[4].firmware.find("HMAT rates 100 ns: 1.20 x"), std::string::npos);
}

TEST(Figures, of_a_curve_are_its_findings_and_its_half_load) {
  LoadedCurve curve;
  curve.label = "100 % reads";
  curve.points.push_back({"a", "50 %", Estimate{8e9, 8e9, 8e9, true}, {150, 140, 160, true}, {}});
  CurveSummary summary;
  summary.maximum_bandwidth = {16e9, 15e9, 17e9, true};
  summary.knee_bandwidth = Estimate{12e9, 11e9, 13e9, true};
  curve.findings = summary;
  const std::vector<DatasheetFigure> figures = headline_figures(ProbeSet({}), {curve});
  ASSERT_EQ(figures.size(), 3U);
  EXPECT_EQ(figures[0].name, "latency at half load");
  EXPECT_EQ(figures[0].value.estimate, 150);
  EXPECT_EQ(figures[2].name, "knee");
}

TEST(Figures, of_two_memories_are_compared_process_by_process) {
  // Both drift from process to process; the ratio does not.
  const auto drifting = [](double ns) {
    return headline_figures(
        ProbeSet({made_cell(
            "chase", {},
            [ns](unsigned process) { return std::vector<double>(5, ns * (1 + 0.2 * process)); })}),
        {});
  };
  const std::vector<FigureRatio> ratios = figure_ratios(drifting(300), drifting(100));
  ASSERT_EQ(ratios.size(), 1U);
  EXPECT_NEAR(ratios[0].ratio.estimate, 3, 1e-9);
  EXPECT_NEAR(ratios[0].ratio.high, 3, 1e-9);
  EXPECT_TRUE(figure_ratios(drifting(300), {}).empty());
}

}  // namespace
}  // namespace pmembench
