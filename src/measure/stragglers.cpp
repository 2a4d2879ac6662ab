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

// Twice the sum of the ranks that each host has among all of them in each block.
std::vector<unsigned> doubled_rank_sums(std::span<const HostSample> hosts) {
  std::vector<unsigned> sums(hosts.size(), 0);
  std::vector<double> block(hosts.size());
  for (std::size_t at = 0; at < hosts.front().times.size(); ++at) {
    for (std::size_t host = 0; host < hosts.size(); ++host) block[host] = hosts[host].times[at];
    const Midranks ranks = midranks(block);
    for (std::size_t host = 0; host < hosts.size(); ++host) sums[host] += ranks.doubled[host];
  }
  return sums;
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
  const auto count = static_cast<unsigned>(hosts.size());
  const auto blocks = static_cast<unsigned>(hosts.front().times.size());
  const std::vector<unsigned> sums = doubled_rank_sums(hosts);
  for (std::size_t host = 0; host < hosts.size(); ++host) {
    const RankSumTails tails = rank_sum_tails(count, blocks, sums[host]);
    standings[host].p_value = std::min(1.0, 2 * std::min(tails.at_most, tails.at_least));
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
  if (!standing.ratio.has_interval) return HostVerdict::unknown;
  if (standing.adjusted > rules.false_discovery) return HostVerdict::equal;
  if (standing.ratio.low > 1 && standing.ratio.estimate >= 1 + rules.minimal_effect) {
    return HostVerdict::slower;
  }
  if (standing.ratio.high < 1 && standing.ratio.estimate <= 1 / (1 + rules.minimal_effect)) {
    return HostVerdict::faster;
  }
  return HostVerdict::equal;
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

RankSumTails rank_sum_tails(unsigned hosts, unsigned blocks, unsigned doubled_sum) {
  PMB_CHECK(hosts > 0, "ranks are among at least one host");
  // ways[s]: the probability that the ranks so far sum to s, counted from 0 instead of 1.
  std::vector<double> ways{1};
  for (unsigned block = 0; block < blocks; ++block) {
    std::vector<double> next(ways.size() + hosts - 1, 0);
    for (std::size_t sum = 0; sum < ways.size(); ++sum) {
      for (unsigned rank = 0; rank < hosts; ++rank) next[sum + rank] += ways[sum] / hosts;
    }
    ways = std::move(next);
  }
  RankSumTails tails{0, 0};
  for (std::size_t sum = 0; sum < ways.size(); ++sum) {
    const std::size_t doubled = 2 * (sum + blocks);
    if (doubled <= doubled_sum) tails.at_most += ways[sum];
    if (doubled >= doubled_sum) tails.at_least += ways[sum];
  }
  return tails;
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
