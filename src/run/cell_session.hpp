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
  struct Seat;  // what one thread owns, on lines of its own
  CellSession(const Host& host, const Cell& cell);
  [[nodiscard]] DaxDevice& device() const { return *host_.opened->device; }
  Status prepare_ground(const PathType& path);
  Status prepare_seats();
  Result<SliceReply> run_once(std::uint64_t operations);
  Result<double> time_of(std::uint64_t operations);
  Result<SliceReply> summarise() const;
  // What the device did since counters_before_.
  void count_device(std::map<std::string, std::uint64_t>& counters) const;
  Status check_results(const Histogram& histogram) const;

  Host host_;
  Cell cell_;
  std::unique_ptr<Team> team_;
  std::unique_ptr<PathGround> ground_;  // null where threads share only the device
  std::vector<std::unique_ptr<Seat>> seats_;
  std::uint64_t operations_ = 0;
  Plant plant_;
  DeviceCounters counters_before_;
  std::map<std::string, std::uint64_t> ground_counters_before_;
  std::uint64_t operations_done_ = 0;  // by all threads since counters_before_
  double best_bytes_per_s_ = 0;
  double operations_in_slices_ = 0, slice_time_ns_ = 0;
};

}  // namespace pmembench
