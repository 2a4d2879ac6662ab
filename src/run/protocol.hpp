// The worker protocol: lines of JSON over two pipes, versioned, so that two versions of pmembench
// can be driven by one coordinator.
//
//   coordinator                               worker
//   {"do":"hello"}                      ->    may come first: who are you
//                                       <-    {"is":"hello","version":1,...}
//   {"do":"open","version":1,...}       ->    opens, maps, touches, verifies the medium
//                                       <-    {"is":"opened",...}
//   {"do":"cell","cell":{...},...}      ->    makes threads and workloads, calibrates
//                                       <-    {"is":"ready","operations":N}
//   {"do":"slice","first":true}         ->    one timed slice, begun when this line woke it;
//   `first`:
//                                             forget the latencies of the slices before (warm-up);
//                                             "turn":N, of a workload that has several turns
//                                       <-    {"is":"slice",...}
//   {"do":"end"}                        ->    verifies the bytes, ends the cell
//                                       <-    {"is":"done",...}
//   {"do":"quit"}, or end of file       ->    removes what it made and exits 0
//
// A worker that dies of SIGBUS on its medium says as its last line
// {"is":"fault","signal":7,"offset":N,"page_bytes":N}. In place of any answer:
// {"is":"failed","kind":"runtime","message":"..."}; after a failed cell the worker waits for the
// next.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "dax/open_device.hpp"
#include "measure/timer.hpp"
#include "plan/plan.hpp"
#include "record/replicate.hpp"

namespace pmembench {

inline constexpr int kProtocolVersion = 1;

// What a worker must know to open its device as the coordinator planned it.
struct OpenRequest {
  int version = kProtocolVersion;
  std::string media, backend, backend_options;
  int node = -1;
  bool destroy = false;
  PluginSearch plugins;
  std::string without_cpu;  // features that the CPU is taken not to have
  // A second medium, for a probe by addresses (workload loaded); empty: none.
  std::string probe_media;
  bool probe_destroy = false;
  // What the names led to when the run began (dax/media_claim.hpp); empty: not known.
  std::string identity, probe_identity;
  // It held nothing when a worker of this run first opened it.
  bool found_empty = false, probe_found_empty = false;
  std::uint64_t used_bytes = 0;  // of each medium; 0: all of it
  bool joint = false;            // other processes of this measurement use the same bytes
  bool held = false;             // and the run keeps them from all others (dax/media_hold.hpp)
};

struct OpenedReply {
  int version = kProtocolVersion;
  MediumFacts medium;
  TimerFacts timer;
  double ceiling_bytes_per_s = 0;  // of one CPU, from its first-level cache: nothing is faster
  // The file made for the medium (and for the probe's) has no name that could be left behind.
  bool unnamed = false, probe_unnamed = false;
  std::string software;  // binary and plugin, with checksums of their content
};

struct CellRequest {
  Cell cell;
  std::uint64_t slice_ns = 500'000;
  std::uint64_t operations = 0;  // of a slice and thread; 0: calibrate
  // Work put between the operations (run/slowdown.hpp), as a share of their time; 0: the barriers
  // alone, which the base of a slowed head has too. Absent: nothing.
  std::optional<double> slowdown = std::nullopt;
  // Of a loaded cell: what load_share 100 stands for, in bytes a second. Absent: the worker
  // measures it.
  std::optional<double> load_maximum = std::nullopt;
  // The kernel by which other processes of the run read such ranges; empty: the worker chooses.
  std::string kernel = {};
};

struct ReadyReply {
  std::uint64_t operations = 0;        // of a slice and thread
  std::optional<KernelChoice> kernel;  // by which it reads
};

// What a worker is, before it opens anything. One from before this request answers "failed".
struct HelloReply {
  int protocol = 0;
  std::string version;  // of pmembench
};

// One timed slice over all threads.
struct SliceReply {
  double ns_per_operation = 0;  // 1 / sum over threads of (operations / time)
  std::uint64_t operations = 0, bytes = 0;
  double overlap = 1;  // share of the span in which all threads ran
  std::uint64_t involuntary_switches = 0;
  std::uint64_t faults = 0;  // page faults, minor and major
  std::uint64_t major_faults = 0;
  // Of a loaded cell: what the load threads moved; `operations` are then the probe's loads, and
  // `bytes` the load's.
  std::optional<double> load_bytes_per_s = std::nullopt;
  // Of an open loop: how late the last operation began, the latest thread's.
  std::optional<double> backlog_ns = std::nullopt;
  // The core probes around the slice (measure/core_probe.hpp), one a thread; empty: not probed.
  std::vector<double> core_probes_ns = {};
  // When it began and ended, by CLOCK_MONOTONIC; absent: of a worker that does not say.
  std::optional<std::uint64_t> begun_ns = std::nullopt, ended_ns = std::nullopt;
};

// What only some kinds of cell have.
struct CellExtra {
  std::optional<KernelChoice> kernel;
  std::optional<MediumFacts> medium;  // if the cell's backend is not the one that it was opened by
  std::optional<LoadedDetails> loaded;
  std::optional<OpenLoopDetails> open_loop;
  std::optional<SlotDetails> slots;
  [[nodiscard]] bool empty() const { return !kernel && !medium && !loaded && !open_loop && !slots; }
};

struct CellDoneReply {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> histogram;  // of ticks; empty: none taken
  std::map<std::string, std::uint64_t> counters;                   // by the device, of this cell
  std::map<std::string, double> figures;  // what the workload found out, summed over its threads
  std::vector<int> cpus;                  // where the threads were seen to run
  bool traced = false;                    // a debugger or a tracer holds the worker
  CellExtra extra;
};

nlohmann::json to_json(const Cell& cell);
nlohmann::json to_json(const OpenRequest& request);
nlohmann::json to_json(const OpenedReply& reply);
nlohmann::json to_json(const CellRequest& request);
nlohmann::json to_json(const ReadyReply& reply);
nlohmann::json to_json(const HelloReply& reply);
nlohmann::json to_json(const SliceReply& reply);
nlohmann::json to_json(const CellDoneReply& reply);
nlohmann::json to_json(const Error& error);  // {"is":"failed",...}

// Each refuses (runtime) a line that is not the message it wants, with what is missing; a "failed"
// message becomes the Error that it carries.
Result<Cell> cell_from_json(const nlohmann::json& json);
Result<OpenRequest> open_request_from_json(const nlohmann::json& json);
Result<OpenedReply> opened_reply_from_json(const nlohmann::json& json);
Result<CellRequest> cell_request_from_json(const nlohmann::json& json);
Result<HelloReply> hello_reply_from_json(const nlohmann::json& json);
Result<ReadyReply> ready_reply_from_json(const nlohmann::json& json);
Result<SliceReply> slice_reply_from_json(const nlohmann::json& json);
Result<CellDoneReply> cell_done_reply_from_json(const nlohmann::json& json);

}  // namespace pmembench
