// CellSession: one cell inside a worker, from making its threads to checking its bytes.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "dax/open_device.hpp"
#include "measure/histogram.hpp"
#include "measure/timer.hpp"
#include "plan/plan.hpp"
#include "run/cell_seat.hpp"
#include "run/plant.hpp"
#include "run/protocol.hpp"
#include "run/team.hpp"
#include "workloads/workload.hpp"

namespace pmembench {

// Used by the worker's main thread, which is seat 0 of the cell's team.
class CellSession {
 public:
  struct Host {
    OpenedDevice* opened = nullptr;
    TimerFacts timer;
    double ceiling_bytes_per_s = 0;
    bool does_work = true;  // false for a backend that declares that it does nothing
  };
  // Starts the threads, makes paths and workloads on them, prepares.
  static Result<std::unique_ptr<CellSession>> start(const Host& host, const Cell& cell);
  ~CellSession();

  // Finds the operations of a slice of `slice_ns`, and proves that time grows with work.
  Result<std::uint64_t> calibrate(std::uint64_t slice_ns);
  void set_operations(std::uint64_t operations) { operations_ = operations; }
  // All that comes before the slices: operations as given, or (0) calibrated; of an open loop so
  // many as are due in a slice, with its schedule; room for time slots. Returns the operations.
  Result<std::uint64_t> begin(std::uint64_t slice_ns, std::uint64_t operations);
  // Puts barriers between the operations from now on, and for share > 0 work behind each of them
  // that takes `share` of the time that the operations take with the barriers alone. After the
  // operations are set.
  Status plant(double share);
  // Warm-up is over: latencies are counted from here on.
  void forget_latencies();
  // One slice on all threads.
  Result<SliceReply> slice();
  // Verifies bytes, physical ceiling and Little's law over all slices, and that threads stayed
  // where they were put.
  Result<CellDoneReply> finish();

 private:
  CellSession(const Host& host, const Cell& cell);
  [[nodiscard]] DaxDevice& device() const { return *host_.opened->device; }
  Status prepare_ground(const PathType& path);
  Status prepare_seats();
  Result<SliceReply> run_once(std::uint64_t operations);
  Result<double> time_of(std::uint64_t operations);
  void prepare_arrivals(double rate_per_s, std::uint64_t slice_ns);
  Result<SliceReply> summarise() const;
  [[nodiscard]] double time_ns_of(const CellSeat& seat) const;
  // What the device did since counters_before_.
  void count_device(std::map<std::string, std::uint64_t>& counters) const;
  Status check_results(const Histogram& histogram) const;

  Host host_;
  Cell cell_;
  std::unique_ptr<Team> team_;
  std::unique_ptr<PathGround> ground_;  // null where threads share only the device
  std::vector<std::unique_ptr<CellSeat>> seats_;
  std::uint64_t operations_ = 0;
  // Of open loops and time slots: what is not warm yet is done in short stretches.
  std::uint64_t warm_operations_ = 0;
  bool warm_ = true, forgotten_ = false;
  double asked_per_s_ = 0, peak_per_s_ = 0;
  std::uint64_t stretches_ = 0;
  Plant plant_;
  DeviceCounters counters_before_;
  std::map<std::string, std::uint64_t> ground_counters_before_;
  std::uint64_t operations_done_ = 0;  // by all threads since counters_before_
  double best_bytes_per_s_ = 0;
  double operations_in_slices_ = 0, thread_time_ns_ = 0;  // of all threads
};

}  // namespace pmembench
