#include "results/history.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "injected.hpp"

namespace pmembench {
namespace {

HistoryPoint point(double ratio, bool accepted = false) {
  HistoryPoint point;
  point.cell = "a";
  point.metric = "ns_per_operation";
  point.machine_fingerprint = "m";
  point.reference = "v1";
  point.ratio = ratio;
  point.accepted = accepted;
  return point;
}

// `count` points about `level`, of which each scatters by `deviation`.
void extend(std::vector<HistoryPoint>& points, std::size_t count, double level, double deviation,
            std::uint64_t seed) {
  Random random(seed);
  for (std::size_t i = 0; i < count; ++i) {
    points.push_back(point(level * std::exp(deviation * injected::normal(random))));
  }
}

TEST(History, alarms_at_a_step_until_it_is_accepted) {
  std::vector<HistoryPoint> points;
  extend(points, 12, 1, 0.003, 1);
  extend(points, 3, 1.05, 0.003, 2);
  auto series = judge_history(points);
  ASSERT_EQ(series.size(), 1U);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_EQ(series[0].points[i].alarm, Alarm::none) << i;
  for (std::size_t i = 12; i < 15; ++i) EXPECT_EQ(series[0].points[i].alarm, Alarm::point) << i;
  EXPECT_TRUE(std::isnan(series[0].points[7].limit));  // eight points are needed
  EXPECT_GT(series[0].points[8].limit, 1.015);
  EXPECT_LT(series[0].points[8].limit, 1.03);
  points.back().accepted = true;
  extend(points, 10, 1.05, 0.003, 3);
  series = judge_history(points);
  for (std::size_t i = 14; i < 25; ++i) EXPECT_EQ(series[0].points[i].alarm, Alarm::none) << i;
  EXPECT_NEAR(series[0].points.back().limit, 1.05 * 1.02, 0.01);
  ASSERT_EQ(series[0].change_points.size(), 1U);
  EXPECT_EQ(series[0].change_points[0].index, 12U);
}

TEST(History, does_not_get_used_to_a_step) {
  std::vector<HistoryPoint> points;
  extend(points, 12, 1, 0.003, 21);
  extend(points, 60, 1.05, 0.003, 22);
  const auto series = judge_history(points);
  for (std::size_t i = 12; i < 72; ++i) EXPECT_EQ(series[0].points[i].alarm, Alarm::point) << i;
}

TEST(History, sees_a_creep_that_no_point_shows) {
  std::vector<HistoryPoint> points;
  extend(points, 30, 1, 0.003, 4);
  for (std::size_t i = 0; i < 60; ++i)
    extend(points, 1, 1 + 0.0002 * static_cast<double>(i), 0.003, 100 + i);
  const auto series = judge_history(points);
  std::size_t creeps = 0;
  for (const JudgedPoint& judged : series[0].points) {
    creeps += judged.alarm == Alarm::creep ? 1 : 0;
    EXPECT_NE(judged.alarm, Alarm::point);
  }
  EXPECT_GT(creeps, 0U);
  EXPECT_EQ(series[0].points.back().alarm, Alarm::creep);
}

TEST(History, seldom_cries_wolf) {
  std::size_t point_alarms = 0;
  std::size_t creep_series = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    std::vector<HistoryPoint> points;
    extend(points, 60, 1, 0.008, 500 + seed);
    HistoryRules rules;
    rules.change_points.permutations = 0;
    bool crept = false;
    for (const JudgedPoint& judged : judge_history(points, rules)[0].points) {
      point_alarms += judged.alarm == Alarm::point ? 1 : 0;
      crept |= judged.alarm == Alarm::creep;
    }
    creep_series += crept ? 1 : 0;
  }
  EXPECT_LE(point_alarms, 15U);  // half a percent of 3000
  EXPECT_LE(creep_series, 10U);  // 52 points each, and 930 to a false one where the level is known
}

TEST(History, starts_anew_on_another_machine_and_for_another_reference) {
  std::vector<HistoryPoint> points;
  extend(points, 10, 1, 0.002, 6);
  points.push_back(point(1.5));
  points.back().machine_fingerprint = "other";
  points.push_back(point(1.5));
  points.back().reference = "v2";
  const auto series = judge_history(points);
  ASSERT_EQ(series.size(), 3U);
  for (const HistorySeries& each : series) {
    for (const JudgedPoint& judged : each.points) EXPECT_EQ(judged.alarm, Alarm::none);
  }
}

TEST(History, takes_from_a_comparison_what_can_be_trusted) {
  Comparison comparison;
  comparison.base.label = "v1";
  comparison.head.label = "abc";
  comparison.head.machine_fingerprint = "m";
  CellVerdict good;
  good.cell = "a";
  good.metric = "p99";
  good.verdict = Verdict::pass;
  good.effect = Estimate{0.01, -0.01, 0.03, true};
  CellVerdict bad = good;
  bad.verdict = Verdict::untrusted;
  CellVerdict empty = good;
  empty.effect.reset();
  comparison.cells = {good, bad, empty};
  const auto points = history_points(comparison);
  ASSERT_EQ(points.size(), 1U);
  EXPECT_DOUBLE_EQ(points[0].ratio, 1.01);
  EXPECT_DOUBLE_EQ(points[0].high, 1.03);
  EXPECT_EQ(points[0].reference, "v1");
  EXPECT_EQ(points[0].label, "abc");
}

TEST(History, is_a_document_without_nan) {
  std::vector<HistoryPoint> points;
  extend(points, 2, 1, 0.01, 7);
  const auto document = to_json(judge_history(points));
  EXPECT_EQ(document["schema"], "pmembench-history");
  EXPECT_TRUE(document["series"][0]["points"][0]["limit"].is_null());
  EXPECT_TRUE(document["series"][0]["points"][0]["low"].is_null());
  EXPECT_EQ(document["series"][0]["points"][0]["alarm"], "");
}

TEST(History, draws_a_line_of_eight_heights) {
  EXPECT_EQ(sparkline(std::vector<double>{1, 2, 8}), "▁▂█");
  EXPECT_EQ(sparkline(std::vector<double>{3, 3}), "▅▅");
  EXPECT_EQ(sparkline({}), "");
}

}  // namespace
}  // namespace pmembench
