// Samples of a comparison with a injected effect: processes that differ, slices that scatter.
#pragma once

#include <cmath>
#include <string>

#include "base/random.hpp"
#include "measure/arm_samples.hpp"

namespace pmembench::injected {

struct Plan {
  double effect = 0;      // head / base - 1
  double control = 0;     // control / base - 1
  double process = 0.01;  // deviation between processes, of ln
  double slice = 0.02;    // within one
  unsigned triples = 20;
  unsigned slices = 9;
};

inline double normal(Random& random) {
  constexpr double kTwoPi = 6.283185307179586;
  return std::sqrt(-2 * std::log(1 - random.unit())) * std::cos(kTwoPi * random.unit());
}

inline ArmReplicate replicate(double middle_ns, const Plan& plan, Random& random) {
  ArmReplicate replicate;
  const double own = middle_ns * std::exp(plan.process * normal(random));
  for (unsigned i = 0; i < plan.slices; ++i) {
    replicate.slice_ns_per_operation.push_back(own * std::exp(plan.slice * normal(random)));
    replicate.slice_disturbed.push_back(false);
  }
  replicate.huge_share = 1;
  return replicate;
}

inline ArmSamples cell(const std::string& name, const Plan& plan, std::uint64_t seed) {
  Random random(seed);
  ArmSamples samples;
  samples.cell = name;
  for (unsigned i = 0; i < plan.triples; ++i) {
    ArmTriple triple;
    triple.index = i;
    triple.arms[0] = replicate(100, plan, random);
    triple.arms[1] = replicate(100 * (1 + plan.control), plan, random);
    triple.arms[2] = replicate(100 * (1 + plan.effect), plan, random);
    samples.triples.push_back(std::move(triple));
  }
  return samples;
}

// The same with a histogram of `n` operations in each process: most at `middle_ns`, the slowest
// 2 % at `tail_ns`, those of the head times their factor.
struct Latency {
  std::uint64_t n = 100'000;
  double middle_ns = 400, tail_ns = 2000;
  double head_middle = 1, head_tail = 1;
};

inline void time_operations(const Latency& latency, ArmSamples& samples) {
  for (ArmTriple& triple : samples.triples) {
    for (std::size_t arm = 0; arm < kArms; ++arm) {
      const bool head = arm == 2;
      // Every process a little different, so that nothing is tied.
      const double own = 1 + 0.001 * static_cast<double>((triple.index * 7 + arm * 3) % 11);
      Histogram histogram;
      const auto at = [&](double ns) { return static_cast<std::uint64_t>(own * ns * 10); };
      histogram.record_many(at(latency.middle_ns * (head ? latency.head_middle : 1)),
                            latency.n - latency.n / 50);
      histogram.record_many(at(latency.tail_ns * (head ? latency.head_tail : 1)), latency.n / 50);
      triple.arms[arm].histogram = std::move(histogram);
      triple.arms[arm].ns_per_tick = 0.1;
    }
  }
}

}  // namespace pmembench::injected
