#include "run/curve_runner.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace pmembench {
namespace {

Replicate replicate_of(unsigned round, double latency_ns, double bytes_per_s) {
  Replicate replicate;
  replicate.index = round;
  replicate.median_ns_per_operation = latency_ns;
  replicate.slice_ns_per_operation = {latency_ns - 1, latency_ns, latency_ns + 1};
  replicate.details_json =
      nlohmann::json{
          {"loaded",
           {{"bytes_per_s", bytes_per_s}, {"slice_bytes_per_s", {bytes_per_s, 1.1 * bytes_per_s}}}}}
          .dump();
  return replicate;
}

CurveVisits visits(double share, std::vector<Replicate> replicates, std::string failure = "") {
  CurveVisits point;
  point.share = share;
  point.replicates = std::move(replicates);
  point.failure = std::move(failure);
  return point;
}

TEST(CurveRunner, reads_the_load_of_a_replicate) {
  EXPECT_EQ(load_bytes_per_s_of(replicate_of(0, 100, 5e9)), 5e9);
  EXPECT_EQ(load_bytes_per_s_of(Replicate{}), 0);
}

TEST(CurveRunner, gives_the_curve_of_one_process) {
  const std::vector<CurveVisits> points{
      visits(0, {replicate_of(0, 100, 0), replicate_of(1, 102, 0)}),
      visits(50, {replicate_of(0, 110, 5e9), replicate_of(1, 112, 5e9)}),
      visits(100, {replicate_of(0, 300, 9e9), replicate_of(1, 310, 9.1e9)})};
  const auto curve = curve_of_round(points, 1);
  ASSERT_EQ(curve.size(), 3u);
  EXPECT_EQ(curve[1].share, 50);
  EXPECT_EQ(curve[1].latency, 112);
  EXPECT_EQ(curve[2].bandwidth, 9.1e9);
  EXPECT_NEAR(curve[2].latency_error, 1 / std::sqrt(3), 1e-9);
  EXPECT_GT(curve[2].bandwidth_error, 0);
}

TEST(CurveRunner, has_no_curve_of_a_process_that_missed_a_point) {
  const std::vector<CurveVisits> points{
      visits(0, {replicate_of(0, 100, 0), replicate_of(1, 100, 0)}),
      visits(100, {replicate_of(0, 300, 9e9)})};
  EXPECT_EQ(curve_of_round(points, 0).size(), 2u);
  EXPECT_TRUE(curve_of_round(points, 1).empty());
}

TEST(CurveRunner, leaves_a_point_out_that_failed) {
  const std::vector<CurveVisits> points{visits(0, {replicate_of(0, 100, 0)}),
                                        visits(50, {}, "wrong byte"),
                                        visits(100, {replicate_of(0, 300, 9e9)})};
  EXPECT_EQ(curve_of_round(points, 0).size(), 2u);
}

}  // namespace
}  // namespace pmembench
