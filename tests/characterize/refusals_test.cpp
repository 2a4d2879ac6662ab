// What each inference says where samples do not suffice, and where there is nothing to find.
#include <gtest/gtest.h>

#include <cmath>

#include "base/random.hpp"
#include "characterize/banks.hpp"
#include "characterize/interleave.hpp"
#include "characterize/paired_cost.hpp"
#include "characterize/parallelism.hpp"
#include "characterize/stalls.hpp"
#include "characterize/turnaround.hpp"

namespace pmembench {
namespace {

TEST(Refusals, of_too_little) {
  EXPECT_EQ(infer_banks(std::vector<double>(10, 1.0)).conflict.reason, "fewer than 400 pairs");
  EXPECT_EQ(infer_interleave({}).ways.reason, "too few strides");
  EXPECT_EQ(infer_parallelism({}).reason, "too few counts of chains");
  EXPECT_EQ(infer_turnaround({}).reason, "fewer than six processes");
  const std::vector<double> few{1, 2};
  EXPECT_EQ(infer_cost("fence", few, few).reason, "fewer than six processes");
  EXPECT_EQ(infer_factor("prefetch", few, few).reason, "fewer than six processes");
  EXPECT_EQ(infer_stalls("p", "s", {std::vector<double>(100, 1.0), true}, 1).period.reason,
            "fewer than 2,000 operations");
}

TEST(Refusals, of_parallelism_that_still_rises) {
  std::vector<ChainRates> rates;
  for (unsigned chains = 1; chains <= 16; ++chains) {
    rates.push_back({chains, std::vector<double>(7, chains * 1e6)});
  }
  EXPECT_EQ(infer_parallelism(rates).reason, "the rate still rises at the most chains tried");
}

TEST(Refusals, of_a_cost_whose_interval_holds_0) {
  const std::vector<double> with{100, 140, 80, 120, 90, 130, 70},
      without{110, 100, 100, 95, 120, 80, 105};
  EXPECT_EQ(infer_cost("fence", with, without).reason, "noise: the interval of the cost holds 0");
}

TEST(Refusals, are_no_refusals_where_nothing_is_there) {
  const std::vector<double> same{100, 101, 99, 100.5, 99.5, 100.2, 99.8};
  const std::vector<double> other{100.1, 100.8, 99.1, 100.3, 99.7, 100, 100};
  const Inference cost = infer_cost("fence", same, other);
  EXPECT_TRUE(cost.determined && cost.none);
  EXPECT_FALSE(cost.missed.empty());
  const Inference factor = infer_factor("prefetch", same, other);
  EXPECT_TRUE(factor.determined && factor.none);
}

TEST(Refusals, of_stalls_of_one_half) {
  Random random(4);
  StallSeries series;
  for (int i = 0; i < 4000; ++i) {
    double ns = 300 * (1 + 0.02 * random.unit());
    if (i < 2000 && i % 37 == 0) ns += 400;
    series.ns.push_back(ns);
  }
  const StallResult result = infer_stalls("refresh_period", "refresh_stall", series, 1);
  EXPECT_FALSE(result.period.determined);
  EXPECT_EQ(result.period.reason, "the halves of the series disagree");
}

TEST(Refusals, name_a_timer) {
  StallSeries series;
  Random random(5);
  double now = 0, next = 50'000;
  for (int i = 0; i < 6000; ++i) {
    double ns = 300 * (1 + 0.02 * random.unit());
    if (now >= next) {
      ns += 2000;
      next += 120'000;
    }
    now += ns;
    series.ns.push_back(ns);
  }
  const StallResult result = infer_stalls("refresh_period", "refresh_stall", series, 1);
  ASSERT_TRUE(result.period.determined) << result.period.reason;
  EXPECT_NEAR(result.period.value, 120'000, 1200);
  EXPECT_EQ(result.period.note, "a timer, not a refresh");
  EXPECT_NEAR(result.stall.value, 2000, 100);
}

}  // namespace
}  // namespace pmembench
