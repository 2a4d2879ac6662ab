#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "results/make_row.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

using testing::ElementsAre;
using testing::Pair;

Row timed_row(const std::vector<Histogram>& histograms, double second_ns_per_tick = 0.5) {
  std::vector<Replicate> replicates;
  for (const Histogram& histogram : histograms) {
    replicates.push_back(sample::replicate(static_cast<unsigned>(replicates.size()), 100));
    replicates.back().histogram = histogram;
    replicates.back().floor_ns = 30;
    if (replicates.size() > 1) replicates.back().ns_per_tick = second_ns_per_tick;
  }
  return make_row(sample::timed_cell(), replicates, "", RowContext{});
}

TEST(Latency, is_told_in_nanoseconds_with_its_mode_and_number) {
  Histogram histogram = sample::histogram(200, 900);
  histogram.record_many(240, 100);
  const Row row = timed_row({histogram});
  ASSERT_TRUE(row.latency_ns);
  EXPECT_EQ(row.latency_ns->mode, "durable");
  EXPECT_EQ(row.latency_ns->n, 1000U);
  EXPECT_DOUBLE_EQ(row.latency_ns->mean_ns, 102);
  EXPECT_DOUBLE_EQ(row.latency_ns->minimum_ns, 100);
  EXPECT_DOUBLE_EQ(row.latency_ns->maximum_ns, 120);
  EXPECT_THAT(row.latency_ns->percentiles,
              ElementsAre(Pair("p50", 100), Pair("p90", 100), Pair("p99", 120)));
  EXPECT_EQ(row.floor_ns, 30);
}

TEST(Latency, leaves_out_percentiles_that_n_does_not_support) {
  const auto names = [](std::uint64_t n) {
    std::vector<std::string> found;
    const Row row = timed_row({sample::histogram(200, n)});
    for (const auto& [name, value] : row.latency_ns->percentiles) found.push_back(name);
    return found;
  };
  EXPECT_THAT(names(19), ElementsAre());
  EXPECT_THAT(names(20), ElementsAre("p50"));
  EXPECT_THAT(names(100), ElementsAre("p50", "p90"));
  EXPECT_THAT(names(9999), ElementsAre("p50", "p90", "p99"));
  EXPECT_THAT(names(10000), ElementsAre("p50", "p90", "p99", "p99.9"));
  EXPECT_THAT(names(100000), ElementsAre("p50", "p90", "p99", "p99.9", "p99.99"));
}

TEST(Latency, merges_the_replicates) {
  const Row row = timed_row({sample::histogram(200, 60), sample::histogram(240, 40)}, 0.5001);
  EXPECT_EQ(row.latency_ns->n, 100U);
  EXPECT_DOUBLE_EQ(row.latency_ns->maximum_ns, 120);
  EXPECT_THAT(row.latency_ns->percentiles, ElementsAre(Pair("p50", 100), Pair("p90", 120)));
}

TEST(Latency, converts_a_replicate_whose_ticks_are_of_another_length) {
  // 200 ticks of 0.5 ns and 50 ticks of 2 ns are both 100 ns.
  const Row row = timed_row({sample::histogram(200, 60), sample::histogram(50, 60)}, 2.0);
  EXPECT_EQ(row.latency_ns->n, 120U);
  EXPECT_DOUBLE_EQ(row.latency_ns->minimum_ns, 100);
  EXPECT_DOUBLE_EQ(row.latency_ns->maximum_ns, 100);
}

TEST(Latency, is_absent_where_operations_were_not_timed) {
  EXPECT_FALSE(sample::row().latency_ns);
  EXPECT_FALSE(timed_row({Histogram()}).latency_ns);
}

TEST(Latency, of_a_chain_is_the_time_of_a_step_of_one_thread) {
  Cell chain = sample::cell();
  chain.latency_mode = "dependent";
  const Row row = make_row(chain, sample::replicates(), "", RowContext{});
  ASSERT_TRUE(row.latency_ns);
  EXPECT_EQ(row.latency_ns->mode, "dependent");
  EXPECT_EQ(row.latency_ns->n, 30000U);
  EXPECT_DOUBLE_EQ(row.latency_ns->mean_ns, 2 * row.ns_per_operation->estimate);
  EXPECT_TRUE(std::isnan(row.latency_ns->maximum_ns));
  EXPECT_TRUE(row.latency_ns->percentiles.empty());
}

TEST(Latency, is_reported_as_measured_when_below_the_floor) {
  const Row row = timed_row({sample::histogram(20, 100)});
  EXPECT_DOUBLE_EQ(row.latency_ns->percentiles.front().second, 10);
}

}  // namespace
}  // namespace pmembench
