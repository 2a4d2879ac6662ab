// Which hosts of several that did the same work are slower or faster than the rest.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "measure/estimate.hpp"

namespace pmembench {

// The time per operation that a host took, one value a process.
struct HostSample {
  std::string host;
  std::vector<double> times;  // each above 0
};

enum class HostVerdict { equal, slower, faster, unknown };
[[nodiscard]] std::string_view name_of(HostVerdict verdict);

struct HostStanding {
  std::string host;
  double median = 0;    // of its times
  Estimate ratio;       // of its time to that of the rest: 1.12 is 12 % slower
  double p_value = 1;   // that it does not differ
  double adjusted = 1;  // the same, corrected for the number of hosts
  HostVerdict verdict = HostVerdict::unknown;
};

struct StragglerRules {
  double false_discovery = 0.01;  // expected share of wrong names among those named
  double minimal_effect = 0.02;   // a smaller difference is not named, however certain it is
  double equal_within = 0.10;     // equal: the interval excludes a difference of this and more,
                                  // or of the minimal effect if that is more
  double confidence = 0.95;       // of the interval of the ratio
};

// Each host against the rest. `together`: value i of every host was measured at the same time, as
// all ranks of a run do. Then a time is a block: each value is divided by the median of its block,
// all of them are ranked together, and the sum of a host's ranks is compared with those that any
// exchange of hosts within the blocks gives. That distribution is exact, and what all hosts share
// does not change it (aligned ranks: Hodges and Lehmann, Ann. Math. Statist. 33, 1962). Otherwise
// the test is Mann and Whitney's of the host and the pooled rest. p is two-sided and adjusted as by
// Benjamini and Hochberg. A host is named if its adjusted p is at most `false_discovery`, the
// interval of its ratio excludes 1 and the ratio differs from 1 by at least `minimal_effect`.
// A host that is not named is equal if the interval of its ratio is within 1 / (1 + equal_within)
// and 1 + equal_within. `unknown`: it is not, or there are too few values for an interval or for
// the test to name anything, or there is one host. Requires the same number of values of all hosts
// if they were measured together.
[[nodiscard]] std::vector<HostStanding> rank_hosts(std::span<const HostSample> hosts, bool together,
                                                   const StragglerRules& rules = {});

// The probability of each sum, from 0 on, of one value of each block, every value of a block being
// equally likely: exact, by convolution.
[[nodiscard]] std::vector<double> sum_probabilities(std::span<const std::vector<unsigned>> blocks);

}  // namespace pmembench
