// LoadedCurve: the latency of a probe against the bandwidth of its load, from the rows of one run.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "measure/curve.hpp"
#include "measure/estimate.hpp"
#include "record/row.hpp"
#include "results/ladder.hpp"
#include "results/printed_table.hpp"
#include "results/replicate_figures.hpp"

namespace pmembench {

struct LoadedPoint {
  std::string cell;
  std::string asked;                    // "50 %", "pause 100", "2 GiB/s"
  std::optional<Estimate> bytes_per_s;  // of the load; absent: there was none
  Estimate ns;                          // of one load of the probe
  // "p99" -> over the processes, each of which had enough chunks for it.
  std::map<std::string, Estimate> percentiles;
};

// The rows that differ by how much load was asked for alone.
struct LoadedCurve {
  std::string group;  // what all curves of one figure share
  std::string label;  // what this one is among them: "100 % reads, random"
  bool emulated = false;
  std::vector<LoadedPoint> points;  // in the order of the rows
  // Of the processes that each measured at least three points; absent: none did.
  std::optional<CurveSummary> findings;
};

// Of the quantiles that every replicate's count supports. A percentile of a cell is each process's
// own; that of all operations together is in the row.
std::map<std::string, Estimate> process_percentiles(const std::vector<ReplicateFigures>& replicates,
                                                    double confidence = 0.95);

// Of the rows of workload loaded, with all their threads: those with fewer check whether more would
// move more, and do not belong to a curve.
std::vector<LoadedCurve> loaded_curves(const std::vector<Row>& rows,
                                       const FiguresByCell& replicates, double confidence = 0.95,
                                       const OptionsByCell& options = {});

// One table a group, one heading a curve.
std::vector<PrintedTable> loaded_tables(const std::vector<LoadedCurve>& curves);

}  // namespace pmembench
