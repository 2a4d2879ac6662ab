#include "cluster/cluster_replicates.hpp"

#include <algorithm>

#include "measure/estimate.hpp"
#include "run/replicate_parts.hpp"
#include "run/slice_budget.hpp"
#include "run/slice_loop.hpp"

namespace pmembench {
namespace {

RankSlices times_of(const RankPart& part) {
  RankSlices times;
  times.bound_ns = part.clock.bound_ns();
  for (const SliceReply& slice : part.slices) {
    times.slices.push_back(
        {part.clock.here_ns(static_cast<std::int64_t>(slice.begun_ns.value_or(0))),
         part.clock.here_ns(static_cast<std::int64_t>(slice.ended_ns.value_or(0)))});
  }
  return times;
}

ClusterHost host_of(const RankPart& part, const std::string& name, unsigned rank,
                    const CommonWindow& window, const Replicate& replicate, double done_ns) {
  ClusterHost host;
  host.host = name;
  host.rank = rank;
  host.ns_per_operation = replicate.median_ns_per_operation;
  host.operations = replicate.operations;
  host.bytes = replicate.bytes;
  host.slices = window.counted[rank].count();
  host.slices_outside = part.slices.size() - host.slices;
  host.busy_share = window.busy_share[rank];
  host.late_ns = window.lateness_ns[rank];
  host.done_ns = done_ns;
  host.offset_ns = part.clock.offset_ns();
  host.bound_ns = part.clock.bound_ns();
  host.drift_ppm = part.clock.drift_ppm();
  return host;
}

// Slices that end with the window cannot be taken again: the disturbed ones do not count.
double time_of(const std::vector<SliceReply>& slices) {
  std::vector<double> ns_per_operation;
  for (const SliceReply& slice : undisturbed(slices, kFewestSlices)) {
    ns_per_operation.push_back(slice.ns_per_operation);
  }
  return median(ns_per_operation);
}

// From the strongest to the weakest, as make_row ranks them.
int weakness(const std::string& claim) {
  if (claim == "durable") return 0;
  if (claim == kUnauditedClaim) return 1;
  return claim == "emulated" ? 2 : 3;
}

void add_to_total(const Replicate& host, Replicate& total) {
  total.operations += host.operations;
  total.bytes += host.bytes;
  total.disturbed += host.disturbed;
  total.involuntary_switches += host.involuntary_switches;
  total.steal_share = std::max(total.steal_share, host.steal_share);
  total.details.minor_faults += host.details.minor_faults;
  total.details.major_faults += host.details.major_faults;
  total.details.traced = total.details.traced || host.details.traced;
  for (const auto& [name, count] : host.details.counters) total.details.counters[name] += count;
  if (weakness(host.medium.claim) > weakness(total.medium.claim)) {
    total.medium.claim = host.medium.claim;
    total.medium.audit = host.medium.audit;
  }
  if (!host.histogram) return;
  // Ticks are of each host's own counter: only those of the same pace can be merged.
  const bool same_pace = std::abs(host.ns_per_tick - total.ns_per_tick) < 1e-3 * total.ns_per_tick;
  if (total.histogram && same_pace) total.histogram->merge(*host.histogram);
  if (!same_pace) total.histogram.reset();
}

}  // namespace

std::string host_cell_name(const std::string& cell, const std::string& host) {
  return cell + "@" + host;
}

Cell host_cell(const Cell& cell, const std::string& host) {
  Cell own = cell;
  own.name = host_cell_name(cell.name, host);
  own.expectations.clear();
  return own;
}

Cell total_cell(const Cell& cell, std::size_t ranks) {
  Cell total = cell;
  total.threads = cell.threads * static_cast<unsigned>(ranks);
  return total;
}

Result<ClusterReplicates> cluster_replicates(const Cell& cell, unsigned index, std::uint64_t seed,
                                             const std::vector<RankPart>& parts,
                                             const std::vector<std::string>& hosts, double start_ns,
                                             std::vector<CoreWatch>& cores) {
  std::vector<RankSlices> times;
  for (const RankPart& part : parts) times.push_back(times_of(part));
  ClusterReplicates made;
  made.window = common_window(times, start_ns);
  if (std::string empty = empty_window(made.window, hosts); !empty.empty()) {
    return Error{ErrorKind::runtime, std::move(empty), 0};
  }
  cores.resize(parts.size());
  ClusterDetails all;
  all.begin_ns = made.window.begin_ns - start_ns;
  all.window_ns = made.window.length_ns();
  double rate = 0;
  for (unsigned rank = 0; rank < parts.size(); ++rank) {
    const RankPart& part = parts[rank];
    const CommonWindow::Counted& counted = made.window.counted[rank];
    const std::vector<SliceReply> kept(
        part.slices.begin() + static_cast<std::ptrdiff_t>(counted.first),
        part.slices.begin() + static_cast<std::ptrdiff_t>(counted.end));
    for (const SliceReply& slice : part.slices) cores[rank].learn(slice.core_probes_ns);
    const Cell own = host_cell(cell, hosts[rank]);
    Replicate replicate = replicate_of(own, index, seed, kept);
    replicate.median_ns_per_operation = time_of(kept);
    for (const SliceReply& slice : kept) {
      replicate.involuntary_switches += slice.involuntary_switches;
      replicate.disturbed += is_disturbed(slice) ? 1 : 0;
    }
    replicate.steal_share = part.steal_share;
    const Status complete =
        complete_replicate(part.done, part.opened, own, kept, cores[rank], replicate);
    if (!complete) return complete.error().with_context("host " + hosts[rank]);
    const double done_ns = times[rank].slices.back().end_ns - start_ns;
    ClusterHost host = host_of(part, hosts[rank], rank, made.window, replicate, done_ns);
    rate += 1 / replicate.median_ns_per_operation;
    all.hosts.push_back(host);
    if (rank == 0) {
      made.total = replicate;
      made.total.cell = cell.name;
      made.total.lag1 = 0;
    } else {
      add_to_total(replicate, made.total);
    }
    replicate.details.cluster = ClusterDetails{all.begin_ns, all.window_ns, {std::move(host)}};
    made.hosts.push_back(std::move(replicate));
  }
  made.total.median_ns_per_operation = 1 / rate;
  made.total.slice_ns_per_operation = {made.total.median_ns_per_operation};
  made.total.slice_disturbed = {false};
  made.total.details.cluster = std::move(all);
  return made;
}

}  // namespace pmembench
