#include "run/measure_point.hpp"

#include <algorithm>

#include "measure/steady_state.hpp"
#include "run/replicate_parts.hpp"
#include "run/slice_loop.hpp"

namespace pmembench {
namespace {

struct Judgement {
  SteadyState bandwidth, latency;
  [[nodiscard]] bool level() const { return bandwidth.level && latency.level; }
  [[nodiscard]] bool enough() const { return bandwidth.enough && latency.enough; }
};

Judgement judge(const std::vector<Block>& kept, const PointOrder& order) {
  std::vector<double> bandwidths, latencies;
  for (const Block& block : kept) {
    bandwidths.push_back(block.front().load_bytes_per_s.value_or(0));
    latencies.push_back(block.front().ns_per_operation);
  }
  SteadyRule rule;
  rule.fewest = order.fewest_slices;
  rule.half_width = order.precision;
  return {steady_state(bandwidths, rule), steady_state(latencies, rule)};
}

LoadedDetails::Steady steady_details(const Judgement& judgement, std::size_t dropped) {
  LoadedDetails::Steady steady;
  steady.steady = judgement.level();
  steady.within_precision = judgement.enough();
  steady.dropped_slices = dropped;
  steady.bandwidth_half_width = judgement.bandwidth.half_width;
  steady.latency_half_width = judgement.latency.half_width;
  steady.bandwidth_lag1 = judgement.bandwidth.lag1;
  steady.bandwidth_trend = judgement.bandwidth.trend;
  steady.latency_trend = judgement.latency.trend;
  return steady;
}

}  // namespace

Result<Replicate> measure_point(WorkerLink& worker, const PointOrder& order) {
  const auto before = read_cpu_times("/");
  CellRequest request{*order.cell, order.slice_ns, 0};
  request.load_maximum = order.load_maximum;
  const auto begun = worker.begin_cell(request);
  if (!begun) return begun.error();
  std::size_t dropped = 1;  // the warm-up's
  const std::size_t most = std::max(order.most_slices, order.fewest_slices + 1);
  SlicePolicy policy;
  policy.warm_up = 1;
  policy.next = [&](const std::vector<Block>& kept) {
    const bool last = dropped + kept.size() >= most;
    if (kept.size() < order.fewest_slices) {
      return last ? SlicePolicy::Next::enough : SlicePolicy::Next::more;
    }
    const Judgement judgement = judge(kept, order);
    if (last || judgement.enough()) return SlicePolicy::Next::enough;
    if (judgement.level()) return SlicePolicy::Next::more;
    ++dropped;
    return SlicePolicy::Next::drop_first;
  };
  WorkerLink* const arms[] = {&worker};
  const SliceLoopOutcome slices = run_slices(arms, policy);
  if (slices.failure) return slices.failure->error;
  const auto done = worker.end_cell();
  if (!done) return done.error();
  const std::vector<SliceReply> window = slices_of_arm(slices, 0);
  const std::vector<SliceReply> kept = undisturbed(window, order.fewest_slices);
  Replicate replicate = replicate_of(*order.cell, order.replicate, order.seed, kept);
  for (const SliceReply& slice : window) {
    replicate.involuntary_switches += slice.involuntary_switches;
    if (is_disturbed(slice)) ++replicate.disturbed;
  }
  replicate.steal_share = steal_between(before, read_cpu_times("/"));
  const Status complete =
      complete_replicate(*done, worker.opened(), *order.cell, kept, CoreWatch(), replicate);
  if (!complete) return complete.error();
  if (replicate.details.loaded) {
    replicate.details.loaded->steady = steady_details(judge(slices.kept, order), dropped);
  }
  return replicate;
}

}  // namespace pmembench
