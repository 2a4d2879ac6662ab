// Curves as a document: what `pmembench curve` prints, stores and hands to the report.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "measure/curve.hpp"
#include "plan/plan.hpp"
#include "record/row.hpp"

namespace pmembench {

// One curve, measured.
struct CurveRecord {
  Cell base;                   // any of its cells: media, backend, what the load does
  bool pauses = false;         // points are pauses, and not shares
  std::vector<double> shares;  // of each point, in order of load; with pauses: of no meaning
  std::vector<Row> rows;       // of each point
  // Of each point: "p99" -> over the processes that each had enough chunks for it. May be empty.
  std::vector<std::map<std::string, Estimate>> percentiles;
  std::vector<CurveFigures> processes;  // of each process that measured the whole curve
  double maximum_bytes_per_s = 0;       // what shares are of
  double growth = 0, thread_ratio = 0;  // with all load threads over fewer; 0: not measured
  double confidence = 0.95;
  // Bytes that a byte written costs the memory: 2 where stores first fetch their line (cached
  // stores), 1 where they do not.
  double write_traffic = 1;
};

// {"schema": "pmembench-curve", "version": 1, "curves": [...], "interference": [...]}. A curve has
// its identity, "points" (what was asked, bandwidth, latency, "percentiles" with intervals over the
// processes, warnings), "unloaded_latency_ns", "maximum_bytes_per_s", "latency_ratio", "knee",
// "at_twice_unloaded" (null where there is none, and in how many processes there was one),
// "saturated" and, where it is not, "reasons". "interference" is there where media differ: each
// pair's latency without load and with all of it.
[[nodiscard]] nlohmann::json curves_document(const std::vector<CurveRecord>& curves);

// The same for people.
[[nodiscard]] std::string curve_title(const Cell& cell);

}  // namespace pmembench
