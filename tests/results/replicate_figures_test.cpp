#include "results/replicate_figures.hpp"

#include <gmock/gmock.h>

#include "sample.hpp"

namespace pmembench {
namespace {

using testing::DoubleEq;
using testing::IsNan;

TEST(ReplicateFigures, are_those_of_the_replicate) {
  Replicate replicate = sample::replicate(3, 120);
  replicate.involuntary_switches = 4;
  replicate.steal_share = 0.25;
  replicate.details.loaded.emplace().bytes_per_s = 5e9;
  const ReplicateFigures figures = replicate;
  EXPECT_EQ(figures.index, 3U);
  EXPECT_EQ(figures.median_ns_per_operation, replicate.median_ns_per_operation);
  EXPECT_EQ(figures.involuntary_switches, 4U);
  EXPECT_EQ(figures.steal_share, 0.25);
  EXPECT_EQ(figures.loaded_bytes_per_s, 5e9);
}

TEST(ReplicateFigures, have_no_distribution_where_nothing_was_timed) {
  Replicate replicate = sample::replicate(0, 120);
  replicate.histogram.reset();
  EXPECT_THAT(ReplicateFigures(replicate).mean_latency_ns, IsNan());
  replicate.histogram.emplace();
  EXPECT_THAT(ReplicateFigures(replicate).mean_latency_ns, IsNan());
  EXPECT_THAT(ReplicateFigures(replicate).quantiles_ns, testing::Each(IsNan()));
}

TEST(ReplicateFigures, are_in_nanoseconds_as_far_as_the_count_supports_them) {
  Replicate replicate = sample::replicate(0, 120);
  replicate.histogram = sample::histogram(200, 500);  // ticks, operations
  replicate.ns_per_tick = 0.5;
  const ReplicateFigures figures = replicate;
  EXPECT_NEAR(figures.mean_latency_ns, 100, 2);
  EXPECT_NEAR(figures.quantiles_ns[0], 100, 2);
  EXPECT_NEAR(figures.quantiles_ns[1], 100, 2);
  EXPECT_THAT(figures.quantiles_ns[3], IsNan()) << "500 operations show no p99.9";
}

TEST(ReplicateFigures, are_kept_by_cell_and_in_order) {
  const FiguresByCell figures = figures_of(std::map<std::string, std::vector<Replicate>>{
      {"a", {sample::replicate(0, 100), sample::replicate(1, 110)}}, {"b", {}}});
  ASSERT_EQ(figures.size(), 2U);
  ASSERT_EQ(figures.at("a").size(), 2U);
  EXPECT_THAT(figures.at("a")[1].median_ns_per_operation, DoubleEq(110));
}

}  // namespace
}  // namespace pmembench
