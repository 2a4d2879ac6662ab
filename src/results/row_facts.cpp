#include "results/row_facts.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/result.hpp"
#include "record/limits.hpp"
#include "record/warning_types.hpp"
#include "results/printed_words.hpp"
#include "workloads/path.hpp"

namespace pmembench {
namespace {

// One of the row itself that no other flag shows.
bool is_other_warning(const Warning& warning) {
  const WarningType* type = find_warning_type(warning.type);
  const bool of_run = type != nullptr && type->scope == WarningScope::run;
  return !of_run && warning.type != "not_converged" && warning.type != "disturbed";
}

std::vector<std::string> remarks_of(const Row& row) {
  std::vector<std::string> remarks;
  if (row.is_imported()) {
    remarks.push_back("imported from " + row.source + ", not proved");
  } else if (!row.converged) {
    remarks.emplace_back("not converged");
  }
  if (row.disturbed_share > limits::kDisturbedShare) {
    remarks.push_back(fmt::format("disturbed {:.3g} %", 100 * row.disturbed_share));
  }
  std::set<std::string> others;
  for (const Warning& warning : row.warnings) {
    if (is_other_warning(warning)) others.insert(warning.type);
  }
  for (std::string other : others) {
    std::replace(other.begin(), other.end(), '_', ' ');
    remarks.push_back(std::move(other));
  }
  return remarks;
}

}  // namespace

std::string marks_of(const Row& row) {
  std::string result;
  if (row.is_imported()) {
    result += "i";
  } else if (!row.converged) {
    result += "c";
  }
  if (row.disturbed_share > limits::kDisturbedShare) result += "d";
  if (std::any_of(row.warnings.begin(), row.warnings.end(), is_other_warning)) result += "w";
  return result;
}

std::vector<RowFacts> row_facts(const std::vector<Row>& rows) {
  std::vector<RowFacts> facts;
  for (const Row& row : rows) {
    if (row.status != "ok" || !row.ns_per_operation) continue;
    RowFacts one;
    one.cell = row.cell;
    one.interval = half_width_text(*row.ns_per_operation);
    if (!one.interval.empty()) one.half_width = half_width_of(*row.ns_per_operation);
    one.marks = marks_of(row);
    one.remarks = remarks_of(row);
    one.stored_per_byte = stored_per_byte(row.amplification);
    facts.push_back(std::move(one));
  }
  return facts;
}

RunNoise noise_of(const std::vector<Row>& rows, const FiguresByCell& replicates) {
  RunNoise noise;
  for (const Row& row : rows) {
    noise.slices += row.slices;
    if (std::isnan(row.disturbed_share)) continue;
    noise.disturbed += static_cast<std::uint64_t>(
        std::llround(row.disturbed_share * static_cast<double>(row.slices)));
  }
  if (noise.slices > 0) {
    noise.disturbed_share =
        static_cast<double>(noise.disturbed) / static_cast<double>(noise.slices);
  }
  for (const auto& [cell, all] : replicates) {
    noise.processes = std::max<std::uint64_t>(noise.processes, all.size());
    for (const ReplicateFigures& replicate : all) {
      noise.involuntary_switches += replicate.involuntary_switches;
      if (std::isnan(replicate.steal_share)) continue;
      noise.steal_share_max = std::max(noise.steal_share_max.value_or(0), replicate.steal_share);
    }
  }
  return noise;
}

std::string harness_floor(const std::vector<Row>& rows) {
  std::optional<double> lowest, highest;
  double clock_ns = 0;
  for (const Row& row : rows) {
    if (row.status != "ok") continue;
    if (row.latency_ns && !std::isnan(row.latency_ns->minimum_ns)) {
      clock_ns = std::max(clock_ns, row.floor_ns);
    } else if (!row.capabilities.does_work && row.ns_per_operation && row.path == kRootPath) {
      // Over any other path null would be the cost of that path.
      const double ns = row.ns_per_operation->estimate;
      lowest = std::min(lowest.value_or(ns), ns);
      highest = std::max(highest.value_or(ns), ns);
    }
  }
  std::string text;
  if (lowest) text = fmt::format("null costs {:.2f} to {:.2f} ns an operation", *lowest, *highest);
  if (clock_ns > 0) {
    text += fmt::format("{}the clock, read between two timed operations, up to {:.0f} ns",
                        text.empty() ? "" : "; ", clock_ns);
  }
  return text;
}

}  // namespace pmembench
