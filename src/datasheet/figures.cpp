#include "datasheet/figures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/units.hpp"

namespace pmembench {
namespace {

using Figures = std::vector<DatasheetFigure>;

const ProbeCell* measured_cell(const ProbeSet& set, std::string_view workload,
                               const ProbeSet::Wanted& wanted) {
  for (const ProbeCell* cell : set.of(workload, wanted)) {
    if (!cell->replicates.empty() && cell->row.status == "ok") return cell;
  }
  return nullptr;
}

std::string threads_text(const Row& row) {
  return row.threads == 1 ? "1 thread" : fmt::format("{} threads", row.threads);
}

void add_latency(Figures& figures, const char* name, const ProbeCell* cell) {
  if (cell == nullptr || !cell->row.ns_per_operation) return;
  DatasheetFigure figure{name, "ns", *cell->row.ns_per_operation, cell->row.cell, "", "", {}};
  if (cell->row.numa && cell->row.numa->ratio && cell->row.numa->rated) {
    figure.firmware = fmt::format("{} rates {:.0f} ns: {:.2f} x [{:.2f}, {:.2f}]",
                                  cell->row.numa->rated_by.value_or("firmware"),
                                  *cell->row.numa->rated, cell->row.numa->ratio->estimate,
                                  cell->row.numa->ratio->low, cell->row.numa->ratio->high);
  }
  for (const Replicate& each : cell->replicates) {
    figure.by_process[each.index] = each.median_ns_per_operation;
  }
  figures.push_back(std::move(figure));
}

void add_bandwidth(Figures& figures, const char* name, const ProbeCell* cell) {
  if (cell == nullptr || !cell->row.bytes_per_s) return;
  DatasheetFigure figure{
      name, "B/s", *cell->row.bytes_per_s, cell->row.cell, threads_text(cell->row), "", {}};
  for (const Replicate& each : cell->replicates) {
    const double bytes = static_cast<double>(each.bytes) /
                         static_cast<double>(std::max<std::uint64_t>(1, each.operations));
    figure.by_process[each.index] = bytes / each.median_ns_per_operation * 1e9;
  }
  figures.push_back(std::move(figure));
}

void add_durable(Figures& figures, const ProbeCell& cell) {
  if (cell.row.status != "ok" || !cell.row.ns_per_operation) return;
  constexpr std::size_t kP999 = 3;
  static_assert(std::string_view(kShownQuantiles[kP999].first) == "p99.9");
  DatasheetFigure mean{fmt::format("durable 64 B, {}", cell.row.backend),
                       "ns",
                       *cell.row.ns_per_operation,
                       cell.row.cell,
                       cell.row.claim,
                       "",
                       {}};
  DatasheetFigure tail{fmt::format("durable 64 B, {}, p99.9", cell.row.backend),
                       "ns",
                       {},
                       cell.row.cell,
                       "",
                       "",
                       {}};
  std::vector<double> values;
  for (const Replicate& each : cell.replicates) {
    mean.by_process[each.index] = each.median_ns_per_operation;
    const double quantile = ReplicateFigures(each).quantiles_ns[kP999];
    if (!std::isfinite(quantile)) continue;
    values.push_back(quantile);
    tail.by_process[each.index] = quantile;
  }
  figures.push_back(std::move(mean));
  if (values.empty()) return;
  tail.value = hodges_lehmann(values);
  figures.push_back(std::move(tail));
}

void add_curve(Figures& figures, const LoadedCurve& curve) {
  const auto add = [&](const char* name, const char* unit, const Estimate& value) {
    figures.push_back({name, unit, value, "", curve.label, "", {}});
  };
  for (const LoadedPoint& point : curve.points) {
    if (point.asked == "50 %") add("latency at half load", "ns", point.ns);
  }
  if (!curve.findings) return;
  add("maximum under a probe", "B/s", curve.findings->maximum_bandwidth);
  if (curve.findings->knee_bandwidth) add("knee", "B/s", *curve.findings->knee_bandwidth);
  if (curve.findings->knee_latency) add("latency at the knee", "ns", *curve.findings->knee_latency);
}

// The node matrix: a line for each pair of nodes.
void add_pairs(Figures& figures, const ProbeSet& set) {
  for (const ProbeCell* cell : set.of("chase", {{"order", "random"}, {"range_size", "0"}})) {
    if (!cell->row.numa || cell->replicates.empty()) continue;
    if (!cell->row.placement.asked.starts_with("cpu_node")) continue;
    const std::string name = fmt::format("latency, node {} to {}", cell->row.numa->initiator_node,
                                         cell->row.numa->target);
    add_latency(figures, name.c_str(), cell);
  }
}

}  // namespace

Figures headline_figures(const ProbeSet& set, const std::vector<LoadedCurve>& curves) {
  Figures figures;
  for (const ProbeCell* cell : set.of("chase", {{"order", "random"}, {"range_size", "0"}})) {
    if (cell->replicates.empty() || cell->row.placement.asked.starts_with("cpu_node")) continue;
    add_latency(figures, "latency, idle", cell);
    break;
  }
  add_bandwidth(figures, "read", measured_cell(set, "sequential", {{"access", "load"}}));
  add_bandwidth(figures, "write", measured_cell(set, "sequential", {{"access", "write"}}));
  add_bandwidth(figures, "copy", measured_cell(set, "copy", {}));
  add_bandwidth(figures, "2:1", measured_cell(set, "mix", {}));
  for (const LoadedCurve& curve : curves) add_curve(figures, curve);
  for (const ProbeCell* cell : set.of("persist")) {
    if (!cell->replicates.empty()) add_durable(figures, *cell);
  }
  add_pairs(figures, set);
  return figures;
}

std::vector<FigureRatio> figure_ratios(const Figures& own, const Figures& other) {
  std::vector<FigureRatio> ratios;
  for (const DatasheetFigure& figure : own) {
    const auto same = std::find_if(other.begin(), other.end(), [&](const DatasheetFigure& each) {
      return each.name == figure.name;
    });
    if (same == other.end()) continue;
    std::vector<double> logs;
    for (const auto& [process, value] : figure.by_process) {
      const auto found = same->by_process.find(process);
      if (found != same->by_process.end()) logs.push_back(std::log(value / found->second));
    }
    if (logs.empty()) continue;
    const Estimate log = hodges_lehmann(logs);
    ratios.push_back(
        {figure.name,
         {std::exp(log.estimate), std::exp(log.low), std::exp(log.high), log.has_interval}});
  }
  return ratios;
}

}  // namespace pmembench
