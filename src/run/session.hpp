// Session: one cell inside a worker, from making its threads to checking its bytes.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dax/open_device.hpp"
#include "measure/timer.hpp"
#include "platform/process_state.hpp"
#include "run/group_rates.hpp"
#include "run/life_trial.hpp"
#include "run/protocol.hpp"
#include "run/team.hpp"
#include "run/thread_context.hpp"
#include "workloads/path.hpp"

namespace pmembench {

// What a worker has open, and found out about the CPU.
struct SessionHost {
  OpenedDevice* opened = nullptr;
  OpenedDevice* probe = nullptr;  // a second medium, for a probe by addresses; null: none
  TimerFacts timer;
  double ceiling_bytes_per_s = 0;
  bool does_work = true;  // false for a backend that declares that it does nothing
  ProcessState process = ProcessState::now();  // before the first operation of the backend
};

// Used by the worker's main thread, which is thread 0 of the cell's team. In a cell of a paced
// workload thread 0 probes and the others load until the slice is over; in any other every thread
// does the operations of a slice. A paced cell's `ns_per_operation` is the time of one of the
// probe's loads, its `load_bytes_per_s` what the load threads moved, as they counted it.
class Session {
 public:
  // Starts the threads, makes paths and workloads on them, prepares.
  static Result<std::unique_ptr<Session>> start(const SessionHost& host, const Cell& cell);
  ~Session();

  [[nodiscard]] bool paced() const { return paced_; }
  // Goes on with the pace of `cell` on the same threads, chain and memory. False, and nothing is
  // done, if it differs in more than the pace, or has none.
  [[nodiscard]] bool retarget(const Cell& cell);
  // All that comes before the slices. Returns the operations of a slice and thread: as asked, or
  // (0) calibrated so that a slice takes `slice_ns`, with the proof that time grows with work; of
  // an open loop those that are due in a slice; 0 of a paced cell. An injected slowdown applies
  // from here on.
  Result<std::uint64_t> begin(const CellRequest& request);
  // Warm-up is over: latencies are counted from here on.
  void forget_latencies();
  // One slice on all threads, of a workload's turn.
  Result<SliceReply> slice(unsigned turn = 0);
  // Verifies bytes, counters, physical ceiling and Little's law over all slices, and that threads
  // and pages stayed where they were put.
  Result<CellDoneReply> finish();

 private:
  Session(const SessionHost& host, const Cell& cell) : host_(host), cell_(cell) {}

  // session.cpp
  [[nodiscard]] DaxDevice& device() const { return *host_.opened->device; }
  Status prepare_threads();
  [[nodiscard]] Status check_process() const;
  Status prepare_thread(unsigned index);
  Status prepare_paced_thread(unsigned index);
  Status prepare_life(const PathType& path);
  static DeviceCounters counted_since(const DeviceCounters& before, const DeviceCounters& after);
  void refresh(std::uint64_t operations);
  Result<SliceReply> run_once(std::uint64_t operations);
  Result<SliceReply> summarise() const;
  [[nodiscard]] double time_ns_of(const ThreadContext& thread) const;
  [[nodiscard]] double rated_ns_of(const ThreadContext& thread) const;
  void count_device(std::map<std::string, std::uint64_t>& counters) const;
  Status check_threads(CellDoneReply& reply) const;
  Status check_paced(const CellDoneReply& reply) const;
  Status check_operations(const Histogram& histogram) const;

  // session_groups.cpp
  Status prepare_groups(std::uint64_t size_bytes);
  Status prepare_group_thread(unsigned index);
  // Of all devices that the cell's operations go to; a probe's loads are not counted.
  [[nodiscard]] DeviceCounters counters() const;

  // session_begin.cpp
  Result<double> time_of(std::uint64_t operations);
  Result<std::uint64_t> calibrate(std::uint64_t slice_ns);
  Result<double> asked_rate(std::uint64_t operations);
  Result<std::uint64_t> begin_operations(std::uint64_t slice_ns, std::uint64_t operations);
  Status begin_paced(std::uint64_t slice_ns, std::optional<double> maximum);
  [[nodiscard]] SimMemory* simulation() const { return host_.opened->simulation; }
  void run_thread(unsigned index, const SliceTask& task);
  void prepare_arrivals(double rate_per_s, std::uint64_t slice_ns);
  Status inject_slowdown(double share);
  void set_pace(double bytes_per_s);
  Result<double> measure_maximum();

  SessionHost host_;
  Cell cell_;
  bool paced_ = false;
  std::unique_ptr<Team> team_;
  std::unique_ptr<PathFixture> fixture_;  // null where threads share only the device
  std::vector<std::unique_ptr<ThreadContext>> threads_;
  std::unique_ptr<LifeTrial> life_;     // null except for a workload of lives
  std::unique_ptr<GroupRates> groups_;  // null except for groups of threads
  SliceTask task_;
  // Of open loops and time slots: what is not warm yet is done in shorter slices.
  std::uint64_t warm_operations_ = 0;
  std::uint64_t slice_ticks_ = 0;  // of a closed loop in time slots, whose slices end by the clock
  bool warm_ = true, forgotten_ = false;
  double asked_per_s_ = 0, peak_per_s_ = 0;                 // of an open loop
  double asked_bytes_per_s_ = 0, maximum_bytes_per_s_ = 0;  // of a load
  std::uint64_t runs_ = 0;                                  // of all threads together, timed or not
  DeviceCounters counters_before_;
  std::map<std::string, std::uint64_t> fixture_counters_before_;
  std::uint64_t operations_done_ = 0;  // by all threads since counters_before_
  std::uint64_t bytes_loaded_ = 0;     // by the load threads since counters_before_
  double best_bytes_per_s_ = 0;
  double operations_in_slices_ = 0, thread_time_ns_ = 0;  // of all threads
};

}  // namespace pmembench
