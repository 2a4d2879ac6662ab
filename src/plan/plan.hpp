// Plan: a campaign worked out for this host: every cell, or the reason why it cannot run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/campaign.hpp"
#include "config/campaign_reader.hpp"
#include "dax/media_spec.hpp"
#include "dax/registry.hpp"
#include "plan/node_pair.hpp"
#include "plan/placement.hpp"
#include "platform/topology.hpp"
#include "record/medium.hpp"
#include "workloads/workload.hpp"

namespace pmembench {

// What is timed: whole slices (throughput), or every operation of a slice (latency).
enum class Timing { slice, operation };
[[nodiscard]] constexpr std::string_view name_of(Timing timing) {
  return timing == Timing::operation ? "operation" : "slice";
}

struct Cell {
  std::string name;             // stable: "dram:256M/movnt/direct/random/op=64,access=write/t1"
  std::string media;            // as typed
  std::string backend;          // its name
  std::string backend_options;  // "" or "key=value,..."
  std::string path;
  std::string workload;
  Parameters parameters;  // all of the workload's, defaults filled in
  unsigned threads = 1;
  Placement placement;
  Timing timing = Timing::slice;
  bool durable = false;  // it writes, and a write is durable when it returns (medium permitting)
  std::string latency_mode;  // "issue", "durable"; "dependent" for chains; "" where none is taken
  // When operations begin, where each is timed: "closed" (after the one before), "fixed" or
  // "poisson" (an open loop). `rate` is of all threads: operations a second, or as "50%" of the
  // closed loop's own.
  std::string arrival = "closed";
  std::string rate;
  std::uint64_t slots_ns =
      0;                    // timed operations are counted in slots of this length; 0: they are not
  std::uint64_t seed = 0;   // of the cell; threads derive theirs from it
  std::string skip_reason;  // why it cannot run; empty: it can
  // What a worker need not know. The nodes of a cell that was placed by nodes; and how many of its
  // threads share a core with another of them.
  std::optional<NodePair> pair;
  BackendCapabilities capabilities;  // of its backend
  unsigned sibling_threads = 0;
  // Of a larger medium no more is opened, touched and used; 0: all of it.
  std::uint64_t used_bytes = 0;
  // What can hold its bytes outside of the memory: the last-level caches that its CPUs use, each
  // once, and the memory-side cache of its node. 0: not known.
  std::uint64_t cache_bytes = 0;
  // Its backend is built in and works on the host's mapping: such backends take turns on one.
  bool shares_mapping = false;
  // Cells with the same key are about the same device: media, backend, options, memory node, how
  // much is used, the probe's medium.
  [[nodiscard]] std::string device_key() const;
  // Cells with the same key can be measured by the same worker: the same without the backend, where
  // that shares the mapping. So backends are compared on the same pages.
  [[nodiscard]] std::string worker_key() const;
  // The medium that a probe of its own is on (workload loaded); empty: there is none.
  [[nodiscard]] std::string probe_media() const;
};

struct Plan {
  std::string campaign_name;
  std::string campaign_file;
  MeasureSettings settings;
  std::vector<Cell> cells;  // in the campaign's order, names unique
  // Hash of all that decides what is measured; equal plans may be resumed.
  [[nodiscard]] std::string fingerprint() const;
};

// The keys that a campaign may use: media, backend, path, workload, threads ("all" or a count),
// placement, timing, latency_mode and every workload's parameters.
CampaignSchema campaign_schema();

struct PlanInput {
  const Registry* registry = nullptr;
  const Topology* topology = nullptr;
  bool destroy = false;
  // Where /sys is, to find dax devices and their nodes; empty: do not look.
  std::string root;
};

// Expands groups into cells. The value "usable" of `backend` stands for every backend but null that
// can serve the group's media on this host (the others appear once, skipped, with the reason);
// "all" of `threads` for the number of usable CPUs; "each" of media and placement as
// plan/expand_each.hpp says. Two groups that name the same cell give one
// cell. Errors (usage, with the position): a key that the workload does not have, an unknown
// backend, media, path or workload (nearest named), a workload's own refusal of its parameters.
// What is legal but impossible here (no such instruction, operation below the backend's smallest
// I/O, too few CPUs, a path that needs addresses) is a skipped cell.
Result<Plan> make_plan(const Campaign& campaign, const PlanInput& input);

}  // namespace pmembench
