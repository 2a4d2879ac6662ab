// Cells of a datasheet's campaigns with made samples.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "datasheet/probe_set.hpp"
#include "measure/estimate.hpp"
#include "workloads/workload.hpp"

namespace pmembench {

inline Parameters whole_parameters(const std::string& workload, const Parameters& changed) {
  Parameters parameters;
  for (const ParameterSpec& spec : find_workload(workload)->parameters) {
    parameters[spec.name] = spec.default_value;
  }
  for (const auto& [key, value] : changed) parameters[key] = value;
  return parameters;
}

// A cell of seven processes; each has the slices that `slices(process)` gives.
template <typename Slices>
ProbeCell made_cell(const std::string& workload, const Parameters& changed, Slices slices,
                    unsigned processes = 7) {
  ProbeCell cell;
  cell.row.workload = workload;
  cell.row.backend = "movnt";
  cell.row.media = "dram:1G";
  cell.row.status = "ok";
  cell.row.parameters = whole_parameters(workload, changed);
  cell.row.cell = workload;
  std::vector<double> medians;
  for (unsigned process = 0; process < processes; ++process) {
    Replicate replicate;
    replicate.index = process;
    replicate.slice_ns_per_operation = slices(process);
    replicate.median_ns_per_operation = median(replicate.slice_ns_per_operation);
    replicate.operations = 100;
    replicate.bytes = 6400;
    medians.push_back(replicate.median_ns_per_operation);
    cell.replicates.push_back(std::move(replicate));
  }
  cell.row.ns_per_operation = hodges_lehmann(medians);
  return cell;
}

// The same time in every slice, processes a tenth of a percent apart.
inline ProbeCell even_cell(const std::string& workload, const Parameters& changed, double ns) {
  return made_cell(workload, changed, [ns](unsigned process) {
    return std::vector<double>(9, ns * (1 + 0.001 * process));
  });
}

inline ProbeCell skipped_cell(const std::string& workload, const Parameters& changed,
                              const std::string& reason) {
  ProbeCell cell;
  cell.row.workload = workload;
  cell.row.parameters = whole_parameters(workload, changed);
  cell.row.status = "skipped";
  cell.row.reason = reason;
  return cell;
}

// Loads of regions from 4 KiB to 64 MiB, with a step of `added_ns` at each capacity.
inline std::vector<ProbeCell> region_cells(const std::vector<std::pair<double, double>>& steps) {
  std::vector<ProbeCell> cells;
  for (int third = 36; third <= 78; ++third) {
    const auto lines = static_cast<std::uint64_t>(std::exp2(third / 3.0) / 64);
    double ns = 5;
    for (const auto& [bytes, added] : steps) {
      ns += added * std::max(0.0, 1 - bytes / (64.0 * static_cast<double>(lines)));
    }
    cells.push_back(even_cell("uniform", {{"range_size", std::to_string(64 * lines)}}, ns));
  }
  return cells;
}

}  // namespace pmembench
