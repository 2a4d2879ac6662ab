// WorkerLink and WorkerSource: workers as the runners see them. In production they are processes
// (run/open_worker), in tests a script.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.hpp"
#include "run/protocol.hpp"

namespace pmembench {

// A worker and the medium that it has open. Used by one thread. Every request fails with
// ErrorKind::interrupted once the user has interrupted the run; what the worker refused or how it
// died is an error of its own kind.
class WorkerLink {
 public:
  WorkerLink() = default;
  WorkerLink(const WorkerLink&) = delete;
  WorkerLink& operator=(const WorkerLink&) = delete;
  // Ends the worker, and removes what it left behind.
  virtual ~WorkerLink() = default;

  // Waits until the medium is open. Once, before any other request.
  Status await_open() { return await_open_within(UINT64_MAX); }
  // At most so long. Error ETIMEDOUT: it took longer, and the worker is gone.
  virtual Status await_open_within(std::uint64_t most_ms) = 0;
  [[nodiscard]] virtual const OpenedReply& opened() const = 0;
  // The operations of a slice and thread that the worker goes by.
  virtual Result<std::uint64_t> begin_cell(const CellRequest& request) = 0;
  // One slice of about `slice_ns`. `first`: the latencies of the slices before are forgotten.
  Result<SliceReply> take_slice(bool first) { return take_turn(first, 0); }
  // A slice of one of the turns of a workload that has several (WorkloadType::turns).
  virtual Result<SliceReply> take_turn(bool first, unsigned turn) = 0;
  virtual Result<CellDoneReply> end_cell() = 0;
  [[nodiscard]] virtual bool alive() const = 0;
};

class WorkerSource {
 public:
  WorkerSource() = default;
  WorkerSource(const WorkerSource&) = delete;
  WorkerSource& operator=(const WorkerSource&) = delete;
  virtual ~WorkerSource() = default;

  // Starts a fresh worker, which begins to open the cell's device. Error: it cannot be started.
  virtual Result<std::unique_ptr<WorkerLink>> start(const Cell& cell) = 0;
  [[nodiscard]] virtual bool interrupted() const = 0;
};

[[nodiscard]] inline Error interruption() { return {ErrorKind::interrupted, "interrupted", 0}; }

// start() and await_open() in one.
inline Result<std::unique_ptr<WorkerLink>> open_worker(WorkerSource& source, const Cell& cell) {
  auto worker = source.start(cell);
  if (!worker) return worker;
  if (const Status opened = (*worker)->await_open(); !opened) return opened.error();
  return worker;
}

}  // namespace pmembench
