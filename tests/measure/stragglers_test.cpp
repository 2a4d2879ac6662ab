#include "measure/stragglers.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.hpp"

namespace pmembench {
namespace {

double normal(Random& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.unit()));
  return radius * std::cos(2 * 3.14159265358979323846 * random.unit());
}

// Hosts whose processes differ by 3 %, in runs that differ by 10 %: what each run has in common.
std::vector<HostSample> simulated(unsigned hosts, unsigned replicates, double slowdown,
                                  Random& random) {
  std::vector<HostSample> samples;
  for (unsigned host = 0; host < hosts; ++host)
    samples.push_back({"n0" + std::to_string(host), {}});
  for (unsigned replicate = 0; replicate < replicates; ++replicate) {
    const double common = std::exp(0.10 * normal(random));
    for (unsigned host = 0; host < hosts; ++host) {
      const double own = host == 0 ? 1 + slowdown : 1;
      samples[host].times.push_back(50 * common * own * std::exp(0.03 * normal(random)));
    }
  }
  return samples;
}

struct Named {
  unsigned planted = 0;  // runs in which host 0 is slower
  unsigned others = 0;   // runs in which another host is named
};

Named count_named(unsigned hosts, unsigned replicates, double slowdown, bool together,
                  unsigned runs) {
  Named named;
  Random random(7 * hosts + replicates);
  for (unsigned run = 0; run < runs; ++run) {
    std::vector<HostSample> samples = simulated(hosts, replicates, slowdown, random);
    bool other = false;
    const auto standings = rank_hosts(samples, together);
    for (std::size_t host = 0; host < standings.size(); ++host) {
      const bool slower = standings[host].verdict == HostVerdict::slower;
      if (host == 0 && slowdown > 0) {
        named.planted += slower ? 1 : 0;
      } else if (slower) {
        other = true;
      }
    }
    named.others += other ? 1 : 0;
  }
  return named;
}

TEST(Stragglers, a_host_that_is_slower_by_a_tenth_is_named_in_95_of_100_runs) {
  const Named named = count_named(4, 10, 0.10, true, 1'000);
  EXPECT_GE(named.planted, 995U);
  EXPECT_LE(named.others, 10U);
}

// At most 1 of 100, by a test that is exact: three standard deviations of chance are allowed.
TEST(Stragglers, none_of_equal_hosts_is_named_in_99_of_100_runs) {
  constexpr unsigned kRuns = 4'000;
  const double most = 0.01 * kRuns + 3 * std::sqrt(0.01 * 0.99 * kRuns);
  for (const unsigned hosts : {2U, 4U, 16U}) {
    EXPECT_LE(count_named(hosts, 10, 0, true, kRuns).others, most) << hosts;
  }
}

TEST(Stragglers, none_of_equal_hosts_that_were_measured_apart_is_named_in_99_of_100_runs) {
  for (const unsigned hosts : {2U, 4U, 8U}) {
    EXPECT_LE(count_named(hosts, 8, 0, false, 500).others, 5U) << hosts;
  }
}

TEST(Stragglers, apart_a_slower_host_is_found_as_far_as_the_runs_are_alike) {
  Random random(3);
  std::vector<HostSample> samples;
  for (unsigned host = 0; host < 4; ++host) {
    HostSample sample{"n0" + std::to_string(host), {}};
    for (unsigned i = 0; i < 10; ++i) {
      sample.times.push_back((host == 2 ? 1.12 : 1.0) * 50 * std::exp(0.02 * normal(random)));
    }
    samples.push_back(sample);
  }
  const auto standings = rank_hosts(samples, false);
  EXPECT_EQ(standings[2].verdict, HostVerdict::slower);
  EXPECT_NEAR(standings[2].ratio.estimate, 1.12, 0.03);
  EXPECT_LE(standings[2].ratio.low, 1.12);
  EXPECT_GE(standings[2].ratio.high, 1.12);
  EXPECT_EQ(standings[0].verdict, HostVerdict::equal);
}

TEST(Stragglers, a_faster_host_is_named_as_that) {
  Random random(11);
  const auto standings = rank_hosts(simulated(4, 12, -0.15, random), true);
  EXPECT_EQ(standings[0].verdict, HostVerdict::faster);
  EXPECT_LT(standings[0].ratio.high, 1);
}

TEST(Stragglers, a_certain_difference_below_the_minimal_effect_is_not_named) {
  std::vector<HostSample> samples;
  for (unsigned host = 0; host < 3; ++host) {
    HostSample sample{"n" + std::to_string(host), {}};
    for (unsigned i = 0; i < 12; ++i)
      sample.times.push_back((host == 1 ? 101 : 100) + 0.01 * i + 0.001 * host);
    samples.push_back(sample);
  }
  const auto standings = rank_hosts(samples, true);
  EXPECT_LE(standings[1].adjusted, 0.01);
  EXPECT_EQ(standings[1].verdict, HostVerdict::equal);
}

// Its interval reaches 1.2: such a host may well be a tenth slower.
TEST(Stragglers, a_host_whose_interval_is_wide_is_not_equal) {
  for (const bool together : {true, false}) {
    std::vector<HostSample> samples{{"a", {}}, {"b", {}}, {"c", {}}, {"d", {}}, {"e", {}}};
    for (unsigned i = 0; i < 10; ++i) {
      samples[0].times.push_back(i % 2 == 0 ? 80 : 120);
      for (unsigned host = 1; host < 5; ++host) {
        samples[host].times.push_back(100 + 0.1 * ((3 * host + i) % 10));
      }
    }
    EXPECT_EQ(rank_hosts(samples, together)[0].verdict, HostVerdict::unknown) << together;
    EXPECT_EQ(rank_hosts(samples, together)[1].verdict, HostVerdict::equal) << together;
  }
}

TEST(Stragglers, too_few_values_name_nothing) {
  const std::vector<HostSample> three{{"a", {1, 1, 1}}, {"b", {9, 9, 9}}};
  for (const bool together : {true, false}) {
    for (const HostStanding& each : rank_hosts(three, together)) {
      EXPECT_EQ(each.verdict, HostVerdict::unknown);
    }
  }
  const std::vector<HostSample> alone{{"a", {1, 2, 3, 4, 5, 6, 7, 8}}};
  EXPECT_EQ(rank_hosts(alone, true).front().verdict, HostVerdict::unknown);
  const std::vector<HostSample> empty{{"a", {}}, {"b", {}}};
  EXPECT_EQ(rank_hosts(empty, true).front().verdict, HostVerdict::unknown);
}

TEST(Stragglers, sums_of_ranks_have_exact_probabilities) {
  // Two hosts, three blocks: sums 3 to 6 with probabilities 1, 3, 3, 1 of 8.
  const std::vector<std::vector<unsigned>> two(3, {1, 2});
  EXPECT_EQ(sum_probabilities(two), (std::vector<double>{0, 0, 0, 0.125, 0.375, 0.375, 0.125}));
  // Blocks of other values: 1 or 5, and 2 or 3.
  const std::vector<std::vector<unsigned>> unlike{{1, 5}, {2, 3}};
  EXPECT_EQ(sum_probabilities(unlike),
            (std::vector<double>{0, 0, 0, 0.25, 0.25, 0, 0, 0.25, 0.25}));
  const std::vector<std::vector<unsigned>> four(10, {1, 2, 3, 4});
  EXPECT_NEAR(sum_probabilities(four).back(), std::pow(0.25, 10), 1e-18);
}

// In three blocks of ten it is like the others: ranks within each block alone would let that
// count as much as the tenth that it is slower by in the others.
TEST(Stragglers, how_much_slower_a_host_is_counts_in_each_block) {
  std::vector<HostSample> samples{{"a", {}}, {"b", {}}, {"c", {}}, {"d", {}}};
  for (unsigned block = 0; block < 10; ++block) {
    const double common = 1 + 0.1 * block;
    samples[0].times.push_back(common * (block < 3 ? 100.02 : 110 + 0.01 * block));
    for (unsigned host = 1; host < 4; ++host) {
      samples[host].times.push_back(common * (100 + 0.01 * ((host * 7 + block * 3) % 10)));
    }
  }
  EXPECT_EQ(rank_hosts(samples, true)[0].verdict, HostVerdict::slower);
}

// Of a thousand hosts neighbouring ranks share a score: the test stays exact, and is over at once.
TEST(Stragglers, one_of_a_thousand_hosts_is_named_alone) {
  Random random(5);
  unsigned slower = 0;
  const auto standings = rank_hosts(simulated(1'000, 12, 0.10, random), true);
  for (const HostStanding& each : standings) slower += each.verdict == HostVerdict::slower ? 1 : 0;
  EXPECT_EQ(standings[0].verdict, HostVerdict::slower);
  EXPECT_LE(slower, 2U);
}

}  // namespace
}  // namespace pmembench
