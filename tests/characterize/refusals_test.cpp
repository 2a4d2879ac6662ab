// What each inference says where samples do not suffice, and where there is nothing to find.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
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
  EXPECT_EQ(infer_banks({std::vector<double>(10, 1.0)}).conflict.reason, "fewer than 400 pairs");
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
  EXPECT_FALSE(result.period.determined) << result.period.value << result.period.none;
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

// ---- what was wrong too often, each with what it was wrong about

// Rates of w channels of g bytes: what the busiest of them allows.
std::vector<StrideRates> rates_of(std::uint64_t granule, std::uint64_t ways) {
  std::vector<StrideRates> all;
  for (const std::uint64_t odd : {1, 3, 5, 7, 9}) {
    for (std::uint64_t stride = 128 * odd; stride <= 65536; stride *= 2) {
      std::vector<double> met(ways);
      for (std::uint64_t i = 0; i < granule * ways; ++i) met[i * stride / granule % ways] += 1;
      const double busiest = *std::max_element(met.begin(), met.end());
      const double share =
          static_cast<double>(granule) / busiest;  // alike: granule places a channel
      all.push_back({stride, std::vector<double>(9, 1e9 * share), std::vector<double>(9, 1e9)});
    }
  }
  return all;
}

TEST(Interleave, knows_strides_that_meet_two_of_three_channels) {
  // 384 bytes is no multiple of 256, and meets channels 0 and 1 alone.
  for (const std::uint64_t ways : {3, 6, 12}) {
    const InterleaveResult result = infer_interleave(rates_of(256, ways));
    ASSERT_TRUE(result.ways.determined) << ways << ": " << result.ways.reason;
    EXPECT_EQ(result.ways.value, static_cast<double>(ways));
    EXPECT_EQ(result.granule.value, 256);
  }
}

TEST(Interleave, leaves_out_strides_of_so_few_lines_that_a_cache_holds_them) {
  std::vector<StrideRates> rates = rates_of(4096, 1);
  for (StrideRates& each : rates) {
    if (each.stride_bytes < 32768) continue;
    // The cache has as many sets as these lines use of it: those at random all hit, these half.
    for (double& per_s : each.unrestricted_per_s) per_s *= 4;
    for (double& per_s : each.per_s) per_s *= 2;
  }
  const InterleaveResult result = infer_interleave(rates);
  EXPECT_TRUE(result.ways.determined && result.ways.none);
}

TEST(Costs, are_refused_where_the_interval_is_wide) {
  const std::vector<double> without(7, 100), with{122, 118, 121, 119, 123, 117, 120};
  EXPECT_TRUE(infer_cost("fence", with, without).determined);
  const std::vector<double> wide{112, 128, 121, 119, 124, 116, 120};
  EXPECT_EQ(infer_cost("fence", wide, without).reason,
            "noise: the interval is wider than 40 % of the cost");
}

TEST(Costs, that_are_none_say_up_to_where) {
  const std::vector<double> without(7, 100), with{101, 99, 102, 98, 100, 103, 99};
  const Inference cost = infer_cost("fence", with, without);
  EXPECT_TRUE(cost.determined && cost.none);
  EXPECT_EQ(cost.missed, "a cost of up to 2.0 % of the time without it");
  const std::vector<double> slightly{101, 102, 101.5, 101.2, 101.8, 101.4, 101.1};
  const Inference factor = infer_factor("prefetch", slightly, without);
  EXPECT_TRUE(factor.determined && factor.none) << "its interval holds no 1, and is next to it";
}

// Loads whose time has a step in the middle, as when a host becomes slower.
StallSeries with_steps(double stall_ns, double period_ns) {
  StallSeries series;
  Random random(8);
  double now = 0;
  for (int i = 0; i < 4000; ++i) {
    const double typical = i / 250 % 3 == 0 ? 900 : 300;
    const double phase = std::fmod(now, period_ns);
    double ns = typical * (1 + 0.02 * random.unit());
    if (phase < stall_ns) ns += stall_ns - phase;
    now += ns;
    series.ns.push_back(ns);
  }
  return series;
}

TEST(Stalls, are_found_although_the_host_becomes_slower_at_times) {
  const StallResult result = infer_stalls("refresh", "stall", with_steps(600, 7800), 1);
  ASSERT_TRUE(result.period.determined) << result.period.reason;
  EXPECT_NEAR(result.period.value, 7800, 80);
}

TEST(Stalls, are_none_where_the_host_alone_becomes_slower) {
  const StallResult result = infer_stalls("refresh", "stall", with_steps(0, 7800), 1);
  EXPECT_TRUE(result.period.determined && result.period.none) << result.period.reason;
}

// Writes of one line: every 400th takes long, and a refresh every 9 us a little.
StallSeries worn(std::uint64_t writes, double refresh_ns) {
  StallSeries series;
  series.by_time = false;
  Random random(9);
  double now = 0, next = 9000;
  for (std::uint64_t i = 1; i <= 12'000; ++i) {
    double ns = 150 * (1 + 0.1 * random.unit());
    if (now >= next) {
      ns += refresh_ns * random.unit();
      next += 9000;
    }
    if (writes != 0 && i % writes == 0) ns += 8000;
    now += ns;
    series.ns.push_back(ns);
  }
  return series;
}

TEST(Stalls, of_two_kinds_do_not_hide_each_other) {
  const StallResult result = infer_stalls("wear", "stall", worn(400, 1500), 1);
  ASSERT_TRUE(result.period.determined && !result.period.none) << result.period.reason;
  EXPECT_NEAR(result.period.value, 400, 0.5);
}

TEST(Stalls, that_come_back_after_a_time_are_no_wear) {
  const StallResult result = infer_stalls("wear", "stall", worn(0, 1500), 1);
  EXPECT_FALSE(result.period.determined && !result.period.none) << result.period.value;
}

// Pairs in blocks as workload reload takes them; `slow` of 16 conflict, and the host is slower for
// one round now and then.
BySample bank_pairs(unsigned slow, double conflict, double disturbed) {
  BySample pairs;
  Random random(10);
  for (int block = 0; block < 200; ++block) {
    std::array<bool, 8> conflicts{};
    for (bool& each : conflicts) each = random.below(16) < slow;
    for (int round = 0; round < 3; ++round) {
      for (const bool each : conflicts) {
        double ns = 100 * (1 + 0.004 * random.unit()) * (each ? 1 + conflict : 1);
        if (random.unit() < disturbed) ns *= 1 + random.unit();
        pairs.push_back(ns);
      }
    }
  }
  return pairs;
}

TEST(Banks, conflict_where_a_pair_is_slow_each_time) {
  const BankResult result = infer_banks({bank_pairs(1, 0.12, 0.01)});
  ASSERT_TRUE(result.conflict.determined && !result.conflict.none) << result.conflict.reason;
  EXPECT_NEAR(result.conflict.value, 12, 1.2);
  EXPECT_NEAR(result.classes.value, 16, 5);
}

TEST(Banks, are_none_where_the_host_alone_disturbs_a_time) {
  const BankResult result = infer_banks({bank_pairs(0, 0, 0.01)});
  EXPECT_TRUE(result.conflict.determined && result.conflict.none) << result.conflict.reason;
}

}  // namespace
}  // namespace pmembench
