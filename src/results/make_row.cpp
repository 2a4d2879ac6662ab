#include "results/make_row.hpp"

#include <algorithm>
#include <cmath>

#include "measure/stopping_rule.hpp"
#include "record/same_subject.hpp"
#include "record/slice_count.hpp"
#include "results/row_checks.hpp"
#include "results/row_parts.hpp"
#include "workloads/workload.hpp"

namespace pmembench {
namespace {

constexpr double kNsPerSecond = 1e9;

Row identity_of(const Cell& cell) {
  Row row;
  row.cell = cell.name;
  row.media = cell.media;
  row.backend = cell.backend;
  row.path = cell.path;
  row.workload = cell.workload;
  row.parameters = cell.parameters;
  row.threads = cell.threads;
  row.placement.asked = cell.placement.asked;
  row.claim = "volatile";
  row.seed = cell.seed;
  row.capabilities = cell.capabilities;
  return row;
}

// The weakest claim of all replicates' media, where the cell's writes are durable at all.
std::string claim_of(const Cell& cell, const std::vector<Replicate>& replicates) {
  for (const Replicate& replicate : replicates) {
    if (replicate.medium.claim == kSimulatedClaim) return kSimulatedClaim;
  }
  if (!cell.capabilities.does_work || !cell.durable) return "volatile";
  // Groups write to a second medium too; a probe there does not.
  const WorkloadType* const type = find_workload(cell.workload);
  const bool both = type != nullptr && type->groups;
  std::vector<std::string> claims;
  for (const Replicate& replicate : replicates) {
    claims.push_back(replicate.medium.claim);
    for (const MediumFacts& other : replicate.medium.probe) {
      if (both) claims.push_back(other.claim);
    }
  }
  std::string weakest = "durable";
  for (const std::string& claim : claims) {
    if (claim == "emulated") {
      weakest = claim;
    } else if (claim == kUnauditedClaim) {
      if (weakest == "durable") weakest = claim;
    } else if (claim != "durable") {
      return "volatile";
    }
  }
  return weakest;
}

// On which CPUs the first replicate's threads ran and on which nodes its bytes were: "cpus 0,1;
// node 0: 100 %".
std::string placement_of(const Replicate& replicate) {
  std::string text;
  if (replicate.details.timer.is_virtual()) return text;
  for (const int cpu : replicate.details.cpus) {
    text += (text.empty() ? "cpus " : ",") + std::to_string(cpu);
  }
  for (const auto& [node, share] : replicate.medium.node_share) {
    const std::string name = node < 0 ? "unknown" : std::to_string(node);
    text += fmt::format("{}node {}: {:.0f} %", text.empty() ? "" : "; ", name, 100 * share);
  }
  if (!replicate.medium.nodes_unknown.empty()) {
    text += fmt::format("{}nodes not proved ({})", text.empty() ? "" : "; ",
                        replicate.medium.nodes_unknown);
  }
  return text;
}

// Which replicate measured nothing, as a sentence; empty where all did work.
std::string idle_replicate(const std::vector<Replicate>& replicates) {
  for (const Replicate& replicate : replicates) {
    const double median_ns = replicate.median_ns_per_operation;
    if (replicate.operations > 0 && std::isfinite(median_ns) && median_ns > 0) continue;
    return fmt::format(
        "replicate {} did no work that can be reported ({} operations, median {} ns): this is a "
        "defect "
        "of the workload or of its path; check the backend with `pmembench check`",
        replicate.index, replicate.operations, median_ns);
  }
  return {};
}

// How a replicate's medium or software differs from the first one's; empty where none does.
std::string other_subject(const std::vector<Replicate>& replicates) {
  for (const Replicate& replicate : replicates) {
    std::string difference = subject_difference(replicates.front(), replicate);
    if (!difference.empty()) return difference;
  }
  return {};
}

// On the logarithm, so that the interval of a rate is the inverse of the interval of its time.
Estimate estimate_time(const std::vector<Replicate>& replicates, double confidence) {
  std::vector<double> logarithms;
  logarithms.reserve(replicates.size());
  for (const Replicate& replicate : replicates) {
    logarithms.push_back(std::log(replicate.median_ns_per_operation));
  }
  const Estimate on_log = hodges_lehmann(logarithms, confidence);
  return {std::exp(on_log.estimate), std::exp(on_log.low), std::exp(on_log.high),
          on_log.has_interval};
}

Estimate rate_of(const Estimate& time_ns, double units) {
  return {units * kNsPerSecond / time_ns.estimate, units * kNsPerSecond / time_ns.high,
          units * kNsPerSecond / time_ns.low, time_ns.has_interval};
}

void count_work(const std::vector<Replicate>& replicates, Row& row) {
  SliceCount slices;
  for (const Replicate& replicate : replicates) {
    row.operations += replicate.operations;
    row.bytes += replicate.bytes;
    row.slices += replicate.slice_ns_per_operation.size();
    slices += count_slices(replicate);
  }
  // Another harness takes its times without looking at who else ran.
  const bool watched = replicates.empty() || replicates.front().details.harness.empty();
  if (watched && slices.run > 0) row.disturbed_share = slices.disturbed_share();
}

// What the device counts, in the words of a row.
const std::map<std::string, std::string> kCounterNames{{"bytes_copied_from", "bytes_stored"},
                                                       {"bytes_copied_to", "bytes_loaded"},
                                                       {"drains", "fences"}};

// Of the bytes asked for, those that were to be stored: what a workload that reads as well says of
// itself, all of one that writes, none of another.
double written_share(const Row& row) {
  const auto figure = row.figures.find(kWrittenShare);
  if (figure != row.figures.end()) return figure->second;
  const WorkloadType* type = find_workload(row.workload);
  return type != nullptr && type->writes(row.parameters) ? 1 : 0;
}

void count_amplification(const std::vector<Replicate>& replicates, Row& row) {
  std::map<std::string, double> totals;
  for (const Replicate& replicate : replicates) {
    for (const auto& [name, count] : replicate.details.counters) {
      totals[name] += static_cast<double>(count);
    }
  }
  const double operations = totals["operations"];
  if (!(operations > 0)) return;
  const double asked = static_cast<double>(row.bytes) / static_cast<double>(row.operations);
  if (row.bytes > 0) row.amplification["bytes_asked"] = asked;
  if (asked * written_share(row) > 0) {
    row.amplification["bytes_to_store"] = asked * written_share(row);
  }
  for (const auto& [name, total] : totals) {
    if (name == "operations") continue;
    const auto known = kCounterNames.find(name);
    const bool bytes = known != kCounterNames.end() && name.starts_with("bytes_");
    // Loads and stores at a mapped address pass no counter: no bytes counted is not none moved.
    if (bytes && total == 0) continue;
    row.amplification[known == kCounterNames.end() ? name : known->second] = total / operations;
  }
}

// An operation that failed took time and did nothing: the rate is of those that did not.
void take_failed_operations(Row& row) {
  const double done = 1 - failed_share(row);
  Estimate& rate = *row.operations_per_s;
  rate = {rate.estimate * done, rate.low * done, rate.high * done, rate.has_interval};
}

void average_figures(const std::vector<Replicate>& replicates, Row& row) {
  std::map<std::string, double> sums;
  std::map<std::string, double> counts;
  for (const Replicate& replicate : replicates) {
    for (const auto& [name, figure] : replicate.details.figures) {
      if (!std::isfinite(figure)) continue;
      sums[name] += figure;
      counts[name] += 1;
    }
  }
  for (const auto& [name, sum] : sums) row.figures[name] = sum / counts[name];
}

// Of the load threads, over the processes' medians; nothing where there were none.
std::optional<Estimate> load_bandwidth(const std::vector<Replicate>& replicates,
                                       double confidence) {
  std::vector<double> logarithms;
  for (const Replicate& replicate : replicates) {
    const std::optional<LoadedDetails>& loaded = replicate.details.loaded;
    if (!loaded || !(loaded->bytes_per_s > 0)) return std::nullopt;
    logarithms.push_back(std::log(loaded->bytes_per_s));
  }
  const Estimate on_log = hodges_lehmann(logarithms, confidence);
  return Estimate{std::exp(on_log.estimate), std::exp(on_log.low), std::exp(on_log.high),
                  on_log.has_interval};
}

double floor_of(const Cell& cell, const std::vector<Replicate>& replicates, bool loaded,
                const RowContext& context) {
  if (cell.timing == Timing::slice && !loaded) return context.null_ns_per_operation.value_or(0);
  std::vector<double> floors;
  for (const Replicate& replicate : replicates) floors.push_back(replicate.floor_ns);
  return median(floors);
}

bool has_converged(const Estimate& estimate, unsigned replicates, double precision) {
  // How few replicates will do was the runner's choice; here the interval alone decides.
  const StoppingRule rule{
      .half_width = precision, .minimum_replicates = 1, .maximum_replicates = replicates};
  return rule.converged(estimate, replicates);
}

void measure_row(const Cell& cell, const std::vector<Replicate>& replicates,
                 const RowContext& context, Row& row) {
  const bool loaded = replicates.front().details.loaded.has_value();
  row.status = "ok";
  row.medium = replicates.front().medium;
  row.kernel = replicates.front().details.kernel;
  row.cluster = cluster_of(replicates, context.confidence);
  if (row.cluster && row.cluster->hosts.size() == 1) row.host = row.cluster->hosts.front().host;
  row.placement.verified = placement_of(replicates.front());
  row.claim = claim_of(cell, replicates);
  count_work(replicates, row);
  // A backend that does no work moves nothing, even if the workload asked it to.
  if (!cell.capabilities.does_work) row.bytes = 0;
  row.ns_per_operation = estimate_time(replicates, context.confidence);
  row.operations_per_s = rate_of(*row.ns_per_operation, 1);
  if (row.bytes > 0) {
    const double bytes_each = static_cast<double>(row.bytes) / static_cast<double>(row.operations);
    row.bytes_per_s = rate_of(*row.ns_per_operation, bytes_each);
  }
  // Where one thread probes and others load, bytes are the load's and operations the probe's.
  if (loaded) row.bytes_per_s = load_bandwidth(replicates, context.confidence);
  row.latency_ns = latency_of(cell, replicates, *row.ns_per_operation);
  row.service_ns = service_of(cell, replicates);
  row.floor_ns = floor_of(cell, replicates, loaded, context);
  row.converged = has_converged(*row.ns_per_operation, row.replicates, context.precision);
  average_figures(replicates, row);
  if (cell.capabilities.does_work) count_amplification(replicates, row);
  take_failed_operations(row);
  row.numa = pair_of(cell, row);
  row.warnings = warnings_of(cell, replicates, row, context);
  row.reason = contradiction_of(cell, replicates, row, context.confidence);
  if (row.reason.empty() && failed_share(row) >= 1) {
    row.reason = fmt::format(
        "all {} operations failed, so there is no time of one that was done: use fewer bad blocks "
        "or another error policy",
        row.operations);
  }
}

}  // namespace

Row make_row(const Cell& cell, const std::vector<Replicate>& replicates, const std::string& error,
             const RowContext& context) {
  Row row = identity_of(cell);
  row.replicates = static_cast<unsigned>(replicates.size());
  row.reason = error.empty() ? idle_replicate(replicates) : error;
  if (row.reason.empty()) row.reason = other_subject(replicates);
  if (!row.reason.empty()) {
    row.status = "error";
    return row;
  }
  if (replicates.empty()) {
    const bool later = cell.skip_reason.empty();
    row.status = later ? "unmeasured" : "skipped";
    row.reason = later ? "not measured: the run ended before this cell's turn; resume it with "
                         "--resume or give it a larger --budget"
                       : cell.skip_reason;
    return row;
  }
  measure_row(cell, replicates, context, row);
  if (row.reason.empty()) return row;
  Row refused = identity_of(cell);
  refused.replicates = row.replicates;
  refused.status = "error";
  refused.reason = row.reason;
  return refused;
}

}  // namespace pmembench
