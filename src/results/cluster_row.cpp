// From the replicates of a cell that several hosts measured together: its hosts and their ranks.
#include <algorithm>
#include <cmath>

#include "base/units.hpp"
#include "measure/stragglers.hpp"
#include "record/limits.hpp"
#include "results/row_parts.hpp"

namespace pmembench {
namespace {

// The hosts of the first replicate; empty if another one has others.
std::vector<HostSample> samples_of(const std::vector<Replicate>& replicates) {
  std::vector<HostSample> samples;
  for (const Replicate& replicate : replicates) {
    if (!replicate.details.cluster) return {};
    const std::vector<ClusterHost>& hosts = replicate.details.cluster->hosts;
    if (samples.empty()) {
      for (const ClusterHost& host : hosts) samples.push_back({host.host, {}});
    }
    if (hosts.size() != samples.size()) return {};
    for (std::size_t i = 0; i < hosts.size(); ++i) {
      if (hosts[i].host != samples[i].host || !(hosts[i].ns_per_operation > 0)) return {};
      samples[i].times.push_back(hosts[i].ns_per_operation);
    }
  }
  return samples;
}

}  // namespace

std::optional<RowCluster> cluster_of(const std::vector<Replicate>& replicates, double confidence) {
  const std::vector<HostSample> samples = samples_of(replicates);
  if (samples.empty()) return std::nullopt;
  StragglerRules rules;
  rules.confidence = confidence;
  const std::vector<HostStanding> standings = rank_hosts(samples, true, rules);
  RowCluster cluster;
  std::vector<double> windows_ns;
  for (const Replicate& replicate : replicates) {
    windows_ns.push_back(replicate.details.cluster->window_ns);
  }
  cluster.window_ns = median(windows_ns);
  for (std::size_t at = 0; at < standings.size(); ++at) {
    const HostStanding& standing = standings[at];
    RowHost host{standing.host,
                 standing.median,
                 standing.ratio,
                 standing.adjusted,
                 std::string(name_of(standing.verdict)),
                 0,
                 0};
    std::vector<double> busy_shares;
    for (const Replicate& replicate : replicates) {
      const ClusterHost& part = replicate.details.cluster->hosts[at];
      host.late_ns = std::max(host.late_ns, part.late_ns);
      cluster.clock_bound_ns = std::max(cluster.clock_bound_ns, part.bound_ns);
      busy_shares.push_back(part.busy_share);
    }
    host.busy_share = median(busy_shares);
    cluster.late_ns = std::max(cluster.late_ns, host.late_ns);
    cluster.hosts.push_back(std::move(host));
  }
  return cluster;
}

std::vector<Warning> cluster_warnings_of(const Row& row) {
  std::vector<Warning> warnings;
  if (!row.cluster) return warnings;
  for (const RowHost& host : row.cluster->hosts) {
    if (host.verdict == name_of(HostVerdict::slower)) {
      warnings.push_back(
          {"host_slower",
           fmt::format(
               "host {} is {:.0f} % slower than the rest [{:.0f}, {:.0f}]: look for what it "
               "has less of, such as memory channels or link width",
               host.host, 100 * (host.ratio.estimate - 1), 100 * (host.ratio.low - 1),
               100 * (host.ratio.high - 1))});
    }
    if (host.late_ns > limits::kLateShare * row.cluster->window_ns) {
      warnings.push_back(
          {"late_start",
           fmt::format("host {} began up to {} after the agreed start, and all hosts ran together "
                       "for {}: give each rank separate CPUs, or measure for longer",
                       host.host, format_duration_ns(host.late_ns),
                       format_duration_ns(row.cluster->window_ns))});
    }
    if (host.busy_share < limits::kBusyShare) {
      warnings.push_back(
          {"idle_in_window",
           fmt::format("host {} was inside its slices for {:.0f} % of the time in which all hosts "
                       "ran: ask for longer slices, such as --set slice=20ms",
                       host.host, 100 * host.busy_share)});
    }
  }
  return warnings;
}

}  // namespace pmembench
