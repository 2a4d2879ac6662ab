#include "characterize/capacities.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.hpp"

namespace pmembench {
namespace {

struct PlantedStep {
  double size, added;
};

// By the law of uniform references, with log-normal noise of each median.
CapacitySamples planted_samples(double first, const std::vector<PlantedStep>& steps, double noise,
                                std::uint64_t seed) {
  Random random(seed);
  CapacitySamples samples;
  for (double octave = 12; octave <= 24; octave += 1.0 / 3) {
    samples.region_bytes.push_back(std::exp2(octave));
  }
  for (int process = 0; process < 7; ++process) {
    BySample times;
    for (const double region : samples.region_bytes) {
      double time = first;
      for (const PlantedStep& step : steps) {
        time += step.added * std::max(0.0, 1 - step.size / region);
      }
      double normal = -6;
      for (int i = 0; i < 12; ++i) normal += random.unit();
      times.push_back(time * std::exp(noise / 2 * normal));
    }
    samples.ns.push_back(times);
  }
  return samples;
}

TEST(Capacities, are_those_planted) {
  for (const double noise : {0.03, 0.10}) {
    const CapacityResult result = infer_capacities(
        "capacity", planted_samples(100, {{16384, 150}, {1 << 20, 300}}, noise, 3));
    ASSERT_TRUE(result.determined) << result.reason;
    ASSERT_EQ(result.found.size(), 2u);
    EXPECT_NEAR(result.found[0].size.value, 16384, 0.25 * 16384);
    EXPECT_NEAR(result.found[1].size.value, 1 << 20, 0.25 * (1 << 20));
    EXPECT_LE(result.found[1].size.low, result.found[1].size.value);
    EXPECT_NEAR(result.found[1].added_ns, 300, 60);
  }
}

TEST(Capacities, are_none_where_there_are_none) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    const double noise = seed % 2 == 0 ? 0.03 : 0.10;
    const CapacityResult result =
        infer_capacities("capacity", planted_samples(250, {}, noise, seed));
    EXPECT_TRUE(result.found.empty()) << seed;
  }
}

TEST(Capacities, are_not_determined_where_processes_disagree) {
  CapacitySamples samples = planted_samples(100, {{1 << 16, 200}}, 0.03, 5);
  for (std::size_t process = 0; process < samples.ns.size(); process += 2) {
    samples.ns[process] = planted_samples(100, {{1 << 20, 200}}, 0.03, 6).ns[process];
  }
  const CapacityResult result = infer_capacities("capacity", samples);
  EXPECT_FALSE(result.determined);
  EXPECT_NE(result.reason.find("other tenants"), std::string::npos);
}

TEST(Capacities, want_regions_and_processes) {
  EXPECT_EQ(infer_capacities("capacity", {}).reason, "fewer than 12 regions");
  CapacitySamples samples = planted_samples(100, {}, 0.03, 1);
  samples.ns.resize(2);
  EXPECT_EQ(infer_capacities("capacity", samples).reason, "fewer than three processes");
}

}  // namespace
}  // namespace pmembench
