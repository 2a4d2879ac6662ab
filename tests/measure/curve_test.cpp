#include "measure/curve.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.hpp"

namespace pmembench {
namespace {

constexpr double kPeak = 20e9;
constexpr double kIdle = 100;

// A queue with one server: latency at a share of the peak.
double queue_latency(double share) { return kIdle * (1 + 0.02 * share / (100.5 - share)); }

CurvePoint queue_point(double share, double noise = 0, Random* random = nullptr) {
  const double off = random == nullptr ? 0 : noise * (2 * random->unit() - 1);
  CurvePoint point;
  point.share = share;
  point.bandwidth = kPeak * share / 100;
  point.latency = queue_latency(share) * (1 + off);
  point.latency_error = noise * point.latency / 3;
  return point;
}

std::vector<CurvePoint> queue_curve(const std::vector<double>& shares) {
  std::vector<CurvePoint> points;
  for (const double share : shares) points.push_back(queue_point(share));
  return points;
}

std::vector<double> steps(double step) {
  std::vector<double> shares;
  for (double share = 0; share <= 100; share += step) shares.push_back(share);
  return shares;
}

// Two straight lines that meet at `bend` percent.
std::vector<CurvePoint> bent_curve(double bend, double rise) {
  std::vector<CurvePoint> points;
  for (const double share : steps(5)) {
    const double beyond = std::max(0.0, share - bend) / (100 - bend);
    points.push_back({share, kPeak * share / 100, kIdle * (1 + (rise - 1) * beyond), 0, 0});
  }
  return points;
}

TEST(Curve, finds_unloaded_latency_and_maximum) {
  const CurveFigures figures = curve_figures(queue_curve(steps(5)));
  EXPECT_DOUBLE_EQ(figures.unloaded_latency, kIdle);
  EXPECT_DOUBLE_EQ(figures.maximum_bandwidth, kPeak);
  EXPECT_NEAR(figures.latency_ratio, queue_latency(100) / kIdle, 1e-9);
}

TEST(Curve, finds_the_knee_where_two_lines_meet) {
  for (const double bend : {20.0, 50.0, 75.0, 90.0}) {
    const CurveFigures figures = curve_figures(bent_curve(bend, 5));
    ASSERT_TRUE(figures.knee_bandwidth) << bend;
    EXPECT_NEAR(*figures.knee_bandwidth, kPeak * bend / 100, 1) << bend;
    EXPECT_NEAR(*figures.knee_latency, kIdle, 1e-9) << bend;
  }
}

TEST(Curve, has_no_knee_where_latency_does_not_rise) {
  const CurveFigures figures = curve_figures(bent_curve(50, 1.4));
  EXPECT_FALSE(figures.knee_bandwidth);
  EXPECT_FALSE(figures.bandwidth_at_twice);
}

TEST(Curve, interpolates_the_bandwidth_at_twice_the_unloaded_latency) {
  // Five times at 100 % and flat to 50 %: twice is a quarter of the way up.
  const CurveFigures figures = curve_figures(bent_curve(50, 5));
  ASSERT_TRUE(figures.bandwidth_at_twice);
  EXPECT_NEAR(*figures.bandwidth_at_twice, kPeak * 0.625, kPeak * 1e-6);
}

// Past its best a memory moves less: the last points turn back.
TEST(Curve, takes_the_maximum_of_a_curve_that_turns_back) {
  std::vector<CurvePoint> points = bent_curve(50, 5);
  points.back().bandwidth = 0.8 * kPeak;
  EXPECT_DOUBLE_EQ(curve_figures(points).maximum_bandwidth, 0.95 * kPeak);
}

TEST(Curve, is_not_moved_by_one_low_latency_on_the_way) {
  std::vector<CurvePoint> points = bent_curve(50, 5);
  const double at_twice = *curve_figures(points).bandwidth_at_twice;
  points[16].latency = kIdle;  // noise: 80 %, after twice was reached
  EXPECT_NEAR(*curve_figures(points).bandwidth_at_twice, at_twice, 0.15 * kPeak);
}

TEST(Curve, asks_for_points_where_the_curve_bends) {
  std::vector<CurvePoint> points = queue_curve(steps(10));
  for (int added = 0; added < 5; ++added) {
    const auto share = next_share(points, {0.01, 0.25});
    ASSERT_TRUE(share);
    EXPECT_GT(*share, 90);  // the last tenth is where a queue of one server rises
    EXPECT_LT(*share, 100);
    const CurvePoint point = queue_point(*share);
    points.insert(std::find_if(points.begin(), points.end(),
                               [&](const CurvePoint& each) { return each.share > *share; }),
                  point);
    EXPECT_TRUE(std::is_sorted(points.begin(), points.end(),
                               [](const auto& a, const auto& b) { return a.share < b.share; }));
  }
}

TEST(Curve, asks_for_nothing_where_a_line_is_straight) {
  std::vector<CurvePoint> points;
  for (const double share : steps(5)) points.push_back({share, kPeak * share / 100, kIdle, 0, 0});
  EXPECT_FALSE(next_share(points));
}

TEST(Curve, asks_for_nothing_where_all_differences_are_noise) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    Random random(seed);
    std::vector<CurvePoint> points;
    for (const double share : steps(5)) {
      const double latency = kIdle * (1 + 0.02 * (2 * random.unit() - 1));
      points.push_back({share, kPeak * share / 100, latency, 0, 0.02 * kIdle});
    }
    EXPECT_FALSE(next_share(points)) << "seed " << seed;
  }
}

TEST(Curve, never_goes_closer_than_the_smallest_step) {
  std::vector<CurvePoint> points = queue_curve({0, 50, 98.5, 100});
  RefineRule rule;
  rule.smallest_step = 1;
  for (int i = 0; i < 200; ++i) {
    const auto share = next_share(points, rule);
    if (!share) break;
    points.push_back(queue_point(*share));
    std::sort(points.begin(), points.end(),
              [](const CurvePoint& a, const CurvePoint& b) { return a.share < b.share; });
  }
  EXPECT_LT(points.size(), 110u);
  for (std::size_t i = 1; i < points.size(); ++i) {
    EXPECT_GE(points[i].share - points[i - 1].share, 1.0);
  }
}

// The error of straight lines between the points, against the curve itself.
double worst_gap(const std::vector<CurvePoint>& points) {
  double worst = 0;
  for (double share = 0; share <= 100; share += 0.05) {
    const auto after = std::find_if(points.begin(), points.end(),
                                    [&](const CurvePoint& point) { return point.share >= share; });
    const auto before = after == points.begin() ? after : after - 1;
    const double span = after->share - before->share;
    const double weight = span > 0 ? (share - before->share) / span : 0;
    const double latency = before->latency + weight * (after->latency - before->latency);
    worst = std::max(worst, std::abs(latency - queue_latency(share)));
  }
  return worst;
}

TEST(Curve, placed_points_follow_the_curve_better_than_even_ones) {
  std::vector<CurvePoint> placed = queue_curve(steps(10));
  while (placed.size() < 21) {
    const auto share = next_share(placed, {0, 0.25});
    ASSERT_TRUE(share);
    placed.push_back(queue_point(*share));
    std::sort(placed.begin(), placed.end(),
              [](const CurvePoint& a, const CurvePoint& b) { return a.share < b.share; });
  }
  EXPECT_LT(worst_gap(placed), 0.5 * worst_gap(queue_curve(steps(5))));
}

TEST(Curve, gives_figures_of_processes_with_intervals) {
  std::vector<CurveFigures> processes;
  for (int i = 0; i < 6; ++i) {
    std::vector<CurvePoint> points = bent_curve(50, 5);
    for (CurvePoint& point : points) point.latency *= 1 + 0.01 * i;
    processes.push_back(curve_figures(points));
  }
  const CurveSummary summary = summarise_curves(processes);
  EXPECT_EQ(summary.processes, 6u);
  EXPECT_NEAR(summary.unloaded_latency.estimate, 1.025 * kIdle, 1e-9);
  ASSERT_TRUE(summary.unloaded_latency.has_interval);
  EXPECT_NEAR(summary.unloaded_latency.low, kIdle, 1e-9);
  EXPECT_NEAR(summary.unloaded_latency.high, 1.05 * kIdle, 1e-9);
  ASSERT_TRUE(summary.bandwidth_at_twice);
  EXPECT_EQ(summary.twice_reached, 6u);
}

TEST(Curve, gives_no_figure_that_some_process_did_not_reach) {
  const std::vector<CurveFigures> processes{curve_figures(bent_curve(50, 5)),
                                            curve_figures(bent_curve(50, 1.2))};
  const CurveSummary summary = summarise_curves(processes);
  EXPECT_FALSE(summary.bandwidth_at_twice);
  EXPECT_FALSE(summary.knee_bandwidth);
  EXPECT_EQ(summary.twice_reached, 1u);
  EXPECT_EQ(summary.knee_reached, 1u);
}

TEST(Curve, says_that_the_cpus_do_not_fill_the_memory) {
  EXPECT_TRUE(not_saturated(3, 1.1, 2).empty());
  const auto flat = not_saturated(1.2, 0, 0);
  ASSERT_EQ(flat.size(), 1u);
  EXPECT_EQ(
      flat[0],
      "latency at full load is 1.20 times the unloaded one, below 1.5: these CPUs do not fill "
      "this memory, and the right end of the curve is their limit; load from more CPUs");
  const auto growing = not_saturated(3, 1.9, 2);
  ASSERT_EQ(growing.size(), 1u);
  EXPECT_EQ(
      growing[0],
      "bandwidth still grows with the threads (1.90 times with 2.00 times as many): the memory "
      "could give more; load from more CPUs");
}

TEST(Curve, makes_values_monotone_and_keeps_their_sum) {
  EXPECT_EQ(isotonic(std::vector<double>{1, 3, 2, 4}), (std::vector<double>{1, 2.5, 2.5, 4}));
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    Random random(seed);
    std::vector<double> values;
    for (std::uint64_t i = 0; i < 1 + random.below(30); ++i) values.push_back(random.unit());
    const std::vector<double> result = isotonic(values);
    ASSERT_EQ(result.size(), values.size());
    EXPECT_TRUE(std::is_sorted(result.begin(), result.end())) << "seed " << seed;
    double before = 0, after = 0;
    for (const double value : values) before += value;
    for (const double value : result) after += value;
    EXPECT_NEAR(before, after, 1e-9);
  }
}

}  // namespace
}  // namespace pmembench
