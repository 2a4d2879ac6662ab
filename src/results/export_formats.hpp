// The formats of export_run. For src/results only.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "record/row.hpp"
#include "results/export.hpp"
#include "results/store.hpp"

namespace pmembench {

std::string export_csv(const RunRecord& run, const std::vector<Row>& rows);
// As `bencher run --adapter json` reads it: by cell the measures latency (ns), throughput
// (operations/s) and bandwidth (bytes/s), with the bounds of their intervals.
std::string export_bencher(const std::vector<Row>& rows);
// The Prometheus text format as node_exporter's textfile collector takes it: gauges in base units,
// no time stamps.
std::string export_prometheus(const RunRecord& run, const std::vector<Row>& rows);
// For github-action-benchmark with tool: customSmallerIsBetter: times in ns.
std::string export_github(const std::vector<Row>& rows);
// This host's topology as hwloc's XML, with what was measured as memory attributes. Errors (usage):
// no row was placed by nodes, or another machine measured.
Result<std::string> export_hwloc(const RunRecord& run, const std::vector<Row>& rows);
// HdrHistogram's percentile distribution, in ns: of the rows whose operations were timed.
Result<std::string> export_hgrm(const std::vector<Row>& rows, const ReplicatesOf& replicates);

Status export_gbench(const RunRecord& run, const std::vector<Row>& rows,
                     const FiguresByCell& figures, const TextSink& sink);

}  // namespace pmembench
