#include "measure/stragglers.hpp"

#include <algorithm>
#include <cmath>

#include "base/check.hpp"
#include "measure/false_discovery.hpp"
#include "measure/ranks.hpp"
#include "measure/shift.hpp"

namespace pmembench {
namespace {

// Ratio of a host's time to the median of the other hosts' in the same block, on the logarithm.
std::vector<double> log_ratios(std::span<const HostSample> hosts, std::size_t host) {
  std::vector<double> ratios;
  std::vector<double> others;
  for (std::size_t block = 0; block < hosts[host].times.size(); ++block) {
    others.clear();
    for (std::size_t other = 0; other < hosts.size(); ++other) {
      if (other != host) others.push_back(std::log(hosts[other].times[block]));
    }
    ratios.push_back(std::log(hosts[host].times[block]) - median(others));
  }
  return ratios;
}

// Scores are exact ranks up to here; of more values neighbouring ranks share one.
constexpr std::uint64_t kMostScore = 1024;

// A block's scores, one a host: the ranks among the values of all blocks, each of which is the
// logarithm of a time over its block's median. So a block counts by how far a host is from the
// others in it, and what all hosts share in it does not.
std::vector<std::vector<unsigned>> aligned_scores(std::span<const HostSample> hosts) {
  const std::size_t blocks = hosts.front().times.size();
  std::vector<double> aligned;
  std::vector<double> block(hosts.size());
  for (std::size_t at = 0; at < blocks; ++at) {
    for (std::size_t host = 0; host < hosts.size(); ++host) {
      block[host] = std::log(hosts[host].times[at]);
    }
    const double middle = median(block);
    for (const double each : block) aligned.push_back(each - middle);
  }
  const Midranks ranks = midranks(aligned);
  const std::uint64_t most = 2 * aligned.size();
  std::vector<std::vector<unsigned>> scores(blocks);
  for (std::size_t i = 0; i < aligned.size(); ++i) {
    const std::uint64_t rank = ranks.doubled[i];
    scores[i / hosts.size()].push_back(
        static_cast<unsigned>(most <= kMostScore ? rank : rank * kMostScore / most));
  }
  return scores;
}

Estimate exponential(const Estimate& on_log) {
  return {std::exp(on_log.estimate), std::exp(on_log.low), std::exp(on_log.high),
          on_log.has_interval};
}

std::vector<double> logarithms(std::span<const double> values) {
  std::vector<double> logs;
  for (const double value : values) logs.push_back(std::log(value));
  return logs;
}

void stand_together(std::span<const HostSample> hosts, const StragglerRules& rules,
                    std::vector<HostStanding>& standings) {
  const std::vector<std::vector<unsigned>> scores = aligned_scores(hosts);
  const std::vector<double> probabilities = sum_probabilities(scores);
  for (std::size_t host = 0; host < hosts.size(); ++host) {
    std::size_t own = 0;
    for (const std::vector<unsigned>& block : scores) own += block[host];
    double at_most = 0, at_least = 0;
    for (std::size_t sum = 0; sum <= own; ++sum) at_most += probabilities[sum];
    for (std::size_t sum = probabilities.size(); sum-- > own;) at_least += probabilities[sum];
    standings[host].p_value = std::min(1.0, 2 * std::min(at_most, at_least));
    standings[host].ratio = exponential(hodges_lehmann(log_ratios(hosts, host), rules.confidence));
  }
}

void stand_apart(std::span<const HostSample> hosts, const StragglerRules& rules,
                 std::vector<HostStanding>& standings) {
  for (std::size_t host = 0; host < hosts.size(); ++host) {
    const std::vector<double> own = logarithms(hosts[host].times);
    std::vector<double> rest;
    for (std::size_t other = 0; other < hosts.size(); ++other) {
      if (other == host) continue;
      const std::vector<double> more = logarithms(hosts[other].times);
      rest.insert(rest.end(), more.begin(), more.end());
    }
    standings[host].p_value = mann_whitney_p_value(rest, own);
    standings[host].ratio = exponential(hodges_lehmann_shift(rest, own, rules.confidence));
  }
}

HostVerdict verdict_of(const HostStanding& standing, const StragglerRules& rules) {
  const Estimate& ratio = standing.ratio;
  if (!ratio.has_interval) return HostVerdict::unknown;
  if (standing.adjusted <= rules.false_discovery) {
    if (ratio.low > 1 && ratio.estimate >= 1 + rules.minimal_effect) return HostVerdict::slower;
    if (ratio.high < 1 && ratio.estimate <= 1 / (1 + rules.minimal_effect)) {
      return HostVerdict::faster;
    }
  }
  const double most = 1 + std::max(rules.equal_within, rules.minimal_effect);
  return ratio.high <= most && ratio.low >= 1 / most ? HostVerdict::equal : HostVerdict::unknown;
}

// The smallest p that the test can give with N values, adjusted as for one host of several.
double smallest_adjusted(std::span<const HostSample> hosts, bool together) {
  const auto count = static_cast<double>(hosts.size());
  // Of two hosts that are measured together the one's ranks follow from the other's.
  const double tests = hosts.size() == 2 ? 1 : count;
  if (together) {
    return std::min(1.0,
                    2 * std::pow(count, -static_cast<double>(hosts.front().times.size())) * tests);
  }
  double smallest = 0;
  for (const HostSample& host : hosts) {
    double all = 0;
    for (const HostSample& each : hosts) all += static_cast<double>(each.times.size());
    const auto own = static_cast<double>(host.times.size());
    const double log_ways =
        std::lgamma(all + 1) - std::lgamma(own + 1) - std::lgamma(all - own + 1);
    smallest = std::max(smallest, std::min(1.0, 2 * std::exp(-log_ways) * tests));
  }
  return smallest;
}

}  // namespace

std::string_view name_of(HostVerdict verdict) {
  switch (verdict) {
    case HostVerdict::equal:
      return "equal";
    case HostVerdict::slower:
      return "slower";
    case HostVerdict::faster:
      return "faster";
    case HostVerdict::unknown:
      break;
  }
  return "unknown";
}

std::vector<double> sum_probabilities(std::span<const std::vector<unsigned>> blocks) {
  std::vector<double> ways{1};
  for (const std::vector<unsigned>& block : blocks) {
    PMB_CHECK(!block.empty(), "one value of each block is summed");
    std::vector<double> next(ways.size() + *std::max_element(block.begin(), block.end()), 0);
    for (std::size_t sum = 0; sum < ways.size(); ++sum) {
      const double each = ways[sum] / static_cast<double>(block.size());
      if (each == 0) continue;
      for (const unsigned value : block) next[sum + value] += each;
    }
    ways = std::move(next);
  }
  return ways;
}

std::vector<HostStanding> rank_hosts(std::span<const HostSample> hosts, bool together,
                                     const StragglerRules& rules) {
  std::vector<HostStanding> standings;
  bool enough = hosts.size() > 1;
  for (const HostSample& host : hosts) {
    PMB_CHECK(!together || host.times.size() == hosts.front().times.size(),
              "hosts that were measured together have as many values each");
    enough = enough && !host.times.empty();
    HostStanding standing;
    standing.host = host.host;
    standing.median = host.times.empty() ? 0 : median(host.times);
    standing.ratio = {1, 1, 1, false};
    standings.push_back(std::move(standing));
  }
  if (!enough) return standings;
  together ? stand_together(hosts, rules, standings) : stand_apart(hosts, rules, standings);
  std::vector<double> p_values;
  for (const HostStanding& standing : standings) p_values.push_back(standing.p_value);
  const std::vector<double> adjusted = benjamini_hochberg(p_values);
  const bool can_name = smallest_adjusted(hosts, together) <= rules.false_discovery;
  for (std::size_t host = 0; host < standings.size(); ++host) {
    standings[host].adjusted = adjusted[host];
    if (can_name) standings[host].verdict = verdict_of(standings[host], rules);
  }
  return standings;
}

}  // namespace pmembench
