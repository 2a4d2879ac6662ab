// LoadedSession: a loaded cell inside a worker. Thread 0 probes, the others load at a pace.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "run/cell_session.hpp"
#include "run/protocol.hpp"
#include "run/team.hpp"

namespace pmembench {

// Used by the worker's main thread, which probes. A slice is a stretch of time, not of operations:
// the probe chases and the load loads until it is over. Its `ns_per_operation` is the time of one
// of the probe's loads, its `load_bytes_per_s` what the load threads moved, as they counted it.
class LoadedSession {
 public:
  // `probe`: the medium to chase through; null: the host's own. Starts threads, makes the chain.
  static Result<std::unique_ptr<LoadedSession>> start(const CellSession::Host& host,
                                                      OpenedDevice* probe, const Cell& cell);
  ~LoadedSession();

  // Goes on with the load of `cell` on the same threads, chain and memory. False, and nothing is
  // done, where it differs in more than the pace.
  [[nodiscard]] bool retarget(const Cell& cell);
  // The pace from the cell's parameters; a share is of `maximum`, or where that is absent of what
  // is measured now. Returns the maximum in bytes a second, 0 where it was not needed.
  Result<double> begin(std::uint64_t slice_ns, std::optional<double> maximum);
  // Warm-up is over: chunks are counted from here on.
  void forget_latencies();
  Result<SliceReply> slice();
  // Verifies the chain, the bytes, that the device counted what the threads counted, the physical
  // ceiling, and that threads stayed where they were put.
  Result<CellDoneReply> finish();

 private:
  struct Seat;
  LoadedSession(const CellSession::Host& host, OpenedDevice* probe, const Cell& cell);
  Status make_seats();
  Status make_seat(unsigned index);
  Result<double> measure_maximum();
  void set_pace(double bytes_per_s);
  Result<SliceReply> run_for(std::uint64_t ticks);
  Result<SliceReply> summarise() const;
  Status check_bytes() const;
  [[nodiscard]] double ticks_of(double ns) const { return ns / host_.timer.ns_per_tick; }

  CellSession::Host host_;
  OpenedDevice* probe_;
  Cell cell_;
  std::unique_ptr<Team> team_;
  std::vector<std::unique_ptr<Seat>> seats_;
  DeviceCounters counters_before_;
  std::uint64_t slice_ticks_ = 0;
  std::uint64_t operations_a_group_ = 16;
  double asked_bytes_per_s_ = 0, maximum_bytes_per_s_ = 0;
  double best_bytes_per_s_ = 0;
  std::uint64_t bytes_moved_ = 0;  // by the load threads since counters_before_
};

}  // namespace pmembench
