// What a reader must know of a row in addition to its numbers: each warning names its cause and
// remedy.
#include <algorithm>
#include <numeric>

#include "base/units.hpp"
#include "record/limits.hpp"
#include "results/make_row.hpp"
#include "results/row_parts.hpp"

namespace pmembench {
namespace {

using MaybeWarning = std::optional<Warning>;

MaybeWarning warn_disturbed(const Row& row) {
  if (row.disturbed_share <= limits::kDisturbedShare) return std::nullopt;
  return Warning{
      "disturbed",
      fmt::format("{:.0f} % of the slices were preempted and repeated: other work shares "
                  "these CPUs; stop it or place the cell on idle CPUs",
                  100 * row.disturbed_share)};
}

MaybeWarning warn_steal(const std::vector<Replicate>& replicates) {
  double most = 0;
  std::size_t touched = 0;
  for (const Replicate& replicate : replicates) {
    most = std::max(most, replicate.steal_share);
    if (replicate.steal_share > limits::kStealShare) ++touched;
  }
  if (touched == 0) return std::nullopt;
  return Warning{"steal",
                 fmt::format("in {} of {} replicates the hypervisor took up to {:.0f} % of "
                             "the CPU time away: the host is overcommitted; use a quieter or "
                             "dedicated host",
                             touched, replicates.size(), 100 * most)};
}

// Nothing that the kernel counts shows a busy sibling: the probes around the slices do.
MaybeWarning warn_shared_core(const std::vector<Replicate>& replicates) {
  std::vector<double> shares, slowdowns;
  for (const Replicate& replicate : replicates) {
    const std::optional<CoreDetails>& core = replicate.details.core;
    if (!core) continue;
    shares.push_back(core->shared_share);
    if (core->shared_share > 0) slowdowns.push_back(core->slowdown);
  }
  if (shares.empty()) return std::nullopt;
  const double share =
      std::accumulate(shares.begin(), shares.end(), 0.0) / static_cast<double>(shares.size());
  if (share <= limits::kSharedCoreShare) return std::nullopt;
  return Warning{
      "shared_core",
      fmt::format("around {:.0f} % of the slices work in registers took {:.1f} times as long as it "
                  "can: a hardware sibling was busy, of another guest of this host perhaps, or the "
                  "clock slowed down; idle the CPU's sibling, or use a host that shares no core",
                  100 * share, median(slowdowns))};
}

MaybeWarning warn_not_converged(const Row& row, const RowContext& context) {
  if (row.converged) return std::nullopt;
  const Estimate& time = *row.ns_per_operation;
  if (!time.has_interval) {
    return Warning{
        "not_converged",
        fmt::format("{} {} no {:.0f} % interval, which takes more of them: give a larger --budget, "
                    "a larger maximum_replicates or fewer cells",
                    row.replicates, row.replicates == 1 ? "replicate has" : "replicates have",
                    100 * context.confidence)};
  }
  return Warning{
      "not_converged",
      fmt::format(
          "the interval is +-{:.1f} % after {} replicates, wider than the {:.1f} % asked for: "
          "processes differ or the machine is noisy; give a larger --budget or ask for less "
          "precision",
          50 * (time.high - time.low) / time.estimate, row.replicates, 100 * context.precision)};
}

MaybeWarning warn_below_floor(const Cell& cell, const Row& row) {
  if (cell.timing == Timing::operation) {
    const std::optional<double> p50_ns = percentile_of(row.latency_ns, "p50");
    if (!p50_ns || *p50_ns >= row.floor_ns) return std::nullopt;
    return Warning{
        "below_floor",
        fmt::format("p50 {} is < floor {}, the cost of an empty clock pair: the clock is "
                    "what was measured; time whole slices (timing: slice)",
                    format_duration_ns(*p50_ns), format_duration_ns(row.floor_ns))};
  }
  if (!cell.capabilities.does_work || row.ns_per_operation->estimate >= row.floor_ns)
    return std::nullopt;
  return Warning{
      "below_floor",
      fmt::format("{} an operation is < floor {}, the cost of the same by the null backend: "
                  "the harness is what was measured; make operations larger",
                  format_duration_ns(row.ns_per_operation->estimate),
                  format_duration_ns(row.floor_ns))};
}

MaybeWarning warn_traced(const std::vector<Replicate>& replicates) {
  const auto traced = std::count_if(replicates.begin(), replicates.end(),
                                    [](const auto& each) { return each.details.traced; });
  if (traced == 0) return std::nullopt;
  return Warning{"traced",
                 fmt::format("a debugger or a tracer held the process in {} of {} replicates: each "
                             "system call and signal waits for it; measure without it",
                             traced, replicates.size())};
}

MaybeWarning warn_autocorrelation(const std::vector<Replicate>& replicates) {
  std::vector<double> lags;
  for (const Replicate& replicate : replicates) {
    // The time of an open loop's slice is its schedule's.
    if (!replicate.details.open_loop) lags.push_back(replicate.lag1);
  }
  if (lags.empty()) return std::nullopt;
  const double typical = median(lags);
  if (typical <= limits::kLag1) return std::nullopt;
  return Warning{
      "autocorrelation",
      fmt::format("neighbouring slices resemble each other (lag-1 autocorrelation {:.2f}): the "
                  "speed drifts within a process, by frequency, heat or caches filling up; "
                  "look at the slices, and fix the frequency or take more slices",
                  typical)};
}

MaybeWarning warn_quantised(const Cell& cell, const std::vector<Replicate>& replicates,
                            const Row& row) {
  const std::optional<double> p50_ns = percentile_of(row.latency_ns, "p50");
  if (cell.timing != Timing::operation || !p50_ns) return std::nullopt;
  double step_ns = 0;
  for (const Replicate& replicate : replicates) {
    step_ns = std::max(step_ns, replicate.details.timer.step_ns);
  }
  if (*p50_ns >= limits::kStepsForPercentile * step_ns) return std::nullopt;
  return Warning{
      "quantised",
      fmt::format("p50 {} is only {:.0f} steps of the clock ({} each): percentiles come in "
                  "jumps of a step; compare ns_per_operation of whole slices instead",
                  format_duration_ns(*p50_ns), *p50_ns / step_ns, format_duration_ns(step_ns))};
}

// An emulated or an old CPU. A replicate in which the counter changed its pace does not yield a row
// at all.
MaybeWarning warn_clock(const std::vector<Replicate>& replicates) {
  const bool variant =
      std::any_of(replicates.begin(), replicates.end(),
                  [](const Replicate& replicate) { return !replicate.details.timer.invariant; });
  if (!variant) return std::nullopt;
  return Warning{
      "clock",
      "the time-stamp counter is not invariant (CPUID 8000_0007h EDX bit 8 is clear): it kept its "
      "pace from the beginning of each replicate to its end, and nothing is known of the time "
      "between; "
      "trust times from a host or a hypervisor's CPU model that has an invariant counter"};
}

// Bad blocks of the guarded path are made, not found.
MaybeWarning warn_simulated(const Cell& cell) {
  const auto bad = cell.parameters.find("bad_blocks");
  if (bad == cell.parameters.end() || bad->second == "0") return std::nullopt;
  const auto poison = cell.parameters.find("poison");
  const bool listed = poison == cell.parameters.end() || poison->second == "list";
  return Warning{"simulated",
                 fmt::format("its bad blocks are simulated, {}: what a policy costs is real, how "
                             "memory fails is not; for that poison real memory",
                             listed ? "as a list that the device looks at"
                                    : "as pages on which userfaultfd raises SIGBUS")};
}

MaybeWarning warn_siblings(const Cell& cell) {
  if (cell.sibling_threads == 0) return std::nullopt;
  return Warning{
      "smt_siblings",
      fmt::format("{} of {} threads share a core with another of them: they share its caches and "
                  "buffers, too; use fewer threads, or name one CPU of each core, as in placement: "
                  "cpus=0-3",
                  cell.sibling_threads, cell.threads)};
}

MaybeWarning warn_overflow(const std::vector<Replicate>& replicates) {
  std::uint64_t beyond = 0;
  for (const Replicate& replicate : replicates) {
    if (replicate.histogram) beyond += replicate.histogram->overflow();
  }
  if (beyond == 0) return std::nullopt;
  return Warning{
      "overflow",
      fmt::format("{} operations took longer than the histogram reaches (2^36 ticks): their time "
                  "is known only from below, and so is the maximum; look for a stalled device",
                  beyond)};
}

MaybeWarning warn_not_steady(const std::vector<Replicate>& replicates) {
  std::size_t unsteady = 0;
  for (const Replicate& replicate : replicates) {
    const std::optional<LoadedDetails>& loaded = replicate.details.loaded;
    if (loaded && loaded->steady && !loaded->steady->steady) ++unsteady;
  }
  if (2 * unsteady <= replicates.size()) return std::nullopt;
  return Warning{"not_steady",
                 fmt::format("in {} of {} processes bandwidth or latency still changed when the "
                             "time of this point was over; give a larger --budget",
                             unsteady, replicates.size())};
}

// The open loop's rate, asked and achieved: where the second falls behind, a queue grows for as
// long as one measures, and its latencies say only how long that was.
MaybeWarning warn_rate_not_kept(const std::vector<Replicate>& replicates) {
  std::vector<double> asked, achieved;
  for (const Replicate& replicate : replicates) {
    const std::optional<OpenLoopDetails>& open = replicate.details.open_loop;
    if (!open) return std::nullopt;
    asked.push_back(open->asked_per_s);
    achieved.push_back(open->achieved_per_s);
  }
  if (asked.empty()) return std::nullopt;
  const double kept = median(achieved) / median(asked);
  if (kept >= limits::kRateKept && kept <= 1 / limits::kRateKept) return std::nullopt;
  const char* const consequence =
      kept < 1 ? "so the backlog grows for as long as it goes on and latencies have no limit; ask "
                 "for a lower rate"
               : "so the operations did not begin when they were due; this is a defect of "
                 "pmembench or of the clock";
  return Warning{"rate_not_kept", fmt::format("the rate was not kept: {} were asked for and {} "
                                              "done, {}",
                                              format_rate(median(asked)),
                                              format_rate(median(achieved)), consequence)};
}

MaybeWarning warn_failed_operations(const Row& row) {
  const double share = failed_share(row);
  if (!(share > 0)) return std::nullopt;
  return Warning{
      "failed_operations",
      fmt::format("{:.3g} % of the operations met a bad block and failed: the rate is of "
                  "those that did not, and latencies and the time of an operation are of "
                  "all; compare policies by those rows in which none fails",
                  100 * share)};
}

// Only whole slots show a course: one longer than a slice is never whole.
MaybeWarning warn_no_slots(const Cell& cell, const std::vector<Replicate>& replicates) {
  if (cell.slots_ns == 0) return std::nullopt;
  for (const Replicate& replicate : replicates) {
    if (!replicate.details.slots) continue;
    const SlotDetails& slots = *replicate.details.slots;
    const std::size_t whole = slots.n.size() - (slots.last_share < 1 && !slots.n.empty() ? 1 : 0);
    if (std::any_of(slots.n.begin(), slots.n.begin() + static_cast<std::ptrdiff_t>(whole),
                    [](std::uint64_t count) { return count > 0; })) {
      return std::nullopt;
    }
  }
  return Warning{
      "no_slots",
      fmt::format("no slot of {} was measured, because no slice lasted as long: nothing "
                  "is known of the course over time; make slots shorter, or slices longer "
                  "than many of them",
                  format_duration_ns(static_cast<double>(cell.slots_ns)))};
}

MaybeWarning warn_periodic(const std::vector<Replicate>& replicates) {
  std::vector<double> periods_ns;
  double largest_p = 0;
  for (const Replicate& replicate : replicates) {
    const std::optional<SlotDetails>& slots = replicate.details.slots;
    if (!slots) return std::nullopt;
    if (!slots->period_of_max || !slots->period_of_max->found) continue;
    periods_ns.push_back(slots->period_of_max->period_ns);
    largest_p = std::max(largest_p, slots->period_of_max->p_value);
  }
  if (2 * periods_ns.size() <= replicates.size()) return std::nullopt;
  return Warning{"periodic_stalls",
                 fmt::format("the slowest operations come back every {} (p <= {:.3g} in {} of {} "
                             "processes): refresh, wear levelling, a timer or another program; "
                             "compare with null, and look at the time slots",
                             format_duration_ns(median(periods_ns)), largest_p, periods_ns.size(),
                             replicates.size())};
}

}  // namespace

namespace {

MaybeWarning warn_virtual_time(const std::vector<Replicate>& replicates) {
  const auto simulated =
      std::find_if(replicates.begin(), replicates.end(),
                   [](const Replicate& replicate) { return replicate.details.timer.is_virtual(); });
  if (simulated == replicates.end()) return std::nullopt;
  return Warning{"virtual_time",
                 "the row is of " + simulated->medium.stack +
                     ": no hardware was measured; measure the memory that is meant"};
}

}  // namespace

std::vector<Warning> warnings_of(const Cell& cell, const std::vector<Replicate>& replicates,
                                 const Row& row, const RowContext& context) {
  std::vector<Warning> warnings = present(
      {warn_disturbed(row), warn_steal(replicates), warn_shared_core(replicates),
       warn_not_converged(row, context), warn_below_floor(cell, row),
       warn_quantised(cell, replicates, row), warn_traced(replicates),
       warn_autocorrelation(replicates), warn_overflow(replicates), warn_simulated(cell),
       warn_virtual_time(replicates), warn_not_steady(replicates), warn_rate_not_kept(replicates),
       warn_failed_operations(row), warn_no_slots(cell, replicates), warn_periodic(replicates),
       warn_clock(replicates), warn_siblings(cell)});
  const std::vector<Warning> cluster = cluster_warnings_of(row);
  warnings.insert(warnings.end(), cluster.begin(), cluster.end());
  const std::vector<Warning> memory = memory_warnings_of(cell, replicates);
  warnings.insert(warnings.end(), memory.begin(), memory.end());
  // What the host did meanwhile changed no time of a model.
  const bool simulated = !replicates.empty() && replicates.front().details.timer.is_virtual();
  if (simulated) return warnings;
  warnings.insert(warnings.end(), context.run_warnings.begin(), context.run_warnings.end());
  return warnings;
}

}  // namespace pmembench
