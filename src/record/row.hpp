// Row: the result of one cell as it is shown, stored and exported. Its fields, with units and
// meaning, are listed once: describe(Row) in record/members.hpp.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "measure/estimate.hpp"
#include "platform/page_interleave.hpp"
#include "record/medium.hpp"
#include "record/replicate.hpp"

namespace pmembench {

struct LatencyResult {
  std::string mode;  // "issue", "durable", "dependent"
  std::uint64_t n = 0;
  double mean_ns = 0, minimum_ns = 0, maximum_ns = 0;
  // Name (record/percentiles.hpp) -> ns; only those that n supports. One below floor_ns is reported
  // as it was measured, with a warning.
  std::vector<std::pair<std::string, double>> percentiles;
};

// ns of the percentile of that name; absent: n does not support it, or none was taken.
[[nodiscard]] inline std::optional<double> percentile_of(
    const std::optional<LatencyResult>& latency, std::string_view name) {
  if (!latency) return std::nullopt;
  for (const auto& [known, time_ns] : latency->percentiles) {
    if (known == name) return time_ns;
  }
  return std::nullopt;
}

// A fact that a reader of the number must know: a type of the catalogue (record/warning_types.hpp)
// and one sentence with cause and remedy.
struct Warning {
  std::string type;
  std::string sentence;
};

struct RowPlacement {
  std::string asked;     // "near", "cpus=0-3"
  std::string verified;  // "cpus 0,1; node 0: 100 %"
};

// From which node a cell reached for which memory, and what its firmware rates that.
struct RowPair {
  int initiator_node = -1;
  std::string target;              // "node 1", "dax0.0", "interleave 0:3+1:1"
  std::optional<int> target_node;  // nullopt: unknown, or several
  std::vector<NodeWeight> interleave;
  std::string group;                    // cells that differ in the pair alone share it
  std::string measure;                  // "latency_ns" (dependent loads), "bytes_per_s", or empty
  std::optional<double> rated;          // in the measure's unit; nullopt: not rated
  std::optional<std::string> rated_by;  // "HMAT", "hwloc"
  std::optional<Estimate> ratio;        // measured / rated
};

struct Row {
  std::string cell, media, backend, path, workload;
  std::map<std::string, std::string> parameters;
  unsigned threads = 1;
  RowPlacement placement;
  std::string status;                       // "ok", "skipped", "unmeasured", "error"
  std::string reason;                       // of skipped and error
  std::string claim;                        // "durable", "durable (unaudited)", "emulated", "volatile"
  std::uint64_t operations = 0, bytes = 0;  // in all timed slices
  std::optional<Estimate> operations_per_s, bytes_per_s, ns_per_operation;
  std::optional<LatencyResult> latency_ns;
  std::optional<LatencyResult> service_ns;  // of an open loop, which alone has it
  double floor_ns = 0;
  unsigned replicates = 0;
  std::uint64_t slices = 0;
  bool converged = false;
  double disturbed_share = 0;
  std::map<std::string, double> amplification;
  std::map<std::string, double> figures;
  std::vector<Warning> warnings;
  std::uint64_t seed = 0;
  std::optional<RowPair> numa;
  std::optional<MediumFacts> medium;
  std::optional<KernelChoice> kernel;
  BackendCapabilities capabilities;

  // Measured, and by a backend that moves bytes: what comparisons of backends and layers are about.
  [[nodiscard]] bool did_work() const { return status == "ok" && capabilities.does_work; }
};

}  // namespace pmembench
