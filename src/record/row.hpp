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

// A host's place among those that measured a cell together (measure/stragglers.hpp).
struct RowHost {
  std::string host;
  double ns_per_operation = 0;  // median over the replicates
  Estimate ratio;               // of its time to that of the rest: 1.12 is 12 % slower
  double p_value = 1;           // that it does not differ, adjusted for the number of hosts
  std::string verdict;          // "equal", "slower", "faster", "unknown"
  double late_ns = 0;           // the latest of its first slices, after the agreed start
  double busy_share = 0;        // median: of the window, inside its slices
};

struct RowCluster {
  double window_ns = 0;       // median: in which all hosts ran
  double late_ns = 0;         // of the latest host in any replicate
  double clock_bound_ns = 0;  // the largest: how far the hosts' clocks can be off each other
  std::vector<RowHost> hosts;
};

struct Row {
  std::string cell, media, backend, path, workload;
  std::map<std::string, std::string> parameters;
  unsigned threads = 1;
  RowPlacement placement;
  std::string status;  // "ok", "skipped", "unmeasured", "error"
  std::string reason;  // of skipped and error
  std::string claim;   // "durable", "durable (unaudited)", "emulated", "volatile", "imported",
                       // "simulated"
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
  std::string host;                   // of one host's row of a cell that several measured
  std::optional<RowCluster> cluster;  // of a cell that several hosts measured together
  BackendCapabilities capabilities;
  std::string
      source;  // of an imported row: the tool and its version, "fio-3.33"; empty: measured here

  [[nodiscard]] bool is_imported() const { return !source.empty(); }
  // Measured, and by a backend that moves bytes: what comparisons of backends and layers are about.
  [[nodiscard]] bool did_work() const { return status == "ok" && capabilities.does_work; }
};

}  // namespace pmembench
