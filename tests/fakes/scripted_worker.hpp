// Workers that answer from a script: for the tests of everything in src/run that drives workers.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "run/worker_link.hpp"

namespace pmembench::fakes {

[[nodiscard]] inline SliceReply quiet_slice(double ns) {
  SliceReply slice;
  slice.ns_per_operation = ns;
  slice.operations = 100;
  slice.bytes = 6400;
  return slice;
}
[[nodiscard]] inline SliceReply preempted_slice(double ns) {
  SliceReply slice = quiet_slice(ns);
  slice.involuntary_switches = 3;
  return slice;
}
[[nodiscard]] inline SliceReply uneven_slice(double ns) {
  SliceReply slice = quiet_slice(ns);
  slice.overlap = 0.5;
  return slice;
}

// One request to a worker.
struct WorkerRequest {
  unsigned worker = 0;        // which of those that were started, from 0
  std::string verb;           // "start", "open", "cell", "slice", "end", "gone"
  Cell cell;                  // of the device (start, open), or that was begun last
  CellRequest begun;          // of "cell" and what follows it
  bool first = false;         // of "slice"
  unsigned turn = 0;          // of "slice"
  std::uint64_t most_ms = 0;  // of "open"
  unsigned slice = 0;         // how many of this cell came before
};

class ScriptedWorkers final : public WorkerSource {
 public:
  // All may be replaced. What a slice is:
  std::function<SliceReply(const WorkerRequest&)> slice = [](const WorkerRequest&) {
    return quiet_slice(100);
  };
  // Is called before each request is answered: an error is the answer. A worker dies by die().
  std::function<std::optional<Error>(const WorkerRequest&)> fault;
  std::function<std::uint64_t(const CellRequest&)> operations = [](const CellRequest& request) {
    return request.operations != 0 ? request.operations : 1000;
  };
  std::function<CellDoneReply(const WorkerRequest&)> done = [](const WorkerRequest&) {
    CellDoneReply reply;
    reply.counters = {{"operations", 10}};
    reply.cpus = {0};
    return reply;
  };
  OpenedReply opened;
  std::vector<WorkerRequest> log;
  bool interrupt = false;

  ScriptedWorkers() {
    opened.medium.kind = "dram";
    opened.medium.claim = "emulated";
    opened.timer = {0.4, 10, 27, 90, true};
    opened.ceiling_bytes_per_s = 1e11;
  }

  Result<std::unique_ptr<WorkerLink>> start(const Cell& cell) override {
    WorkerRequest request;
    request.worker = started_++;
    request.verb = "start";
    request.cell = cell;
    if (auto error = note(request)) return *error;
    return std::unique_ptr<WorkerLink>(std::make_unique<Link>(*this, request));
  }
  [[nodiscard]] bool interrupted() const override { return interrupt; }

  // The worker that is answering is gone afterwards.
  Error die(const std::string& message = "the worker died of SIGBUS (Bus error)",
            int code = EPIPE) {
    dying_ = true;
    return {ErrorKind::runtime, message, code};
  }

  [[nodiscard]] unsigned started() const { return started_; }
  // Names of the cells of all requests of this kind, in order.
  [[nodiscard]] std::vector<std::string> cells_of(const std::string& verb) const {
    std::vector<std::string> names;
    for (const WorkerRequest& request : log) {
      if (request.verb == verb) names.push_back(request.cell.name);
    }
    return names;
  }
  [[nodiscard]] std::size_t count(const std::string& verb) const { return cells_of(verb).size(); }

 private:
  class Link final : public WorkerLink {
   public:
    Link(ScriptedWorkers& script, WorkerRequest request)
        : script_(script), request_(std::move(request)) {}
    Link(const Link&) = delete;
    ~Link() override {
      request_.verb = "gone";
      script_.log.push_back(request_);
    }
    Status await_open_within(std::uint64_t most_ms) override {
      request_.verb = "open";
      request_.most_ms = most_ms;
      if (auto error = ask()) return *error;
      return {};
    }
    [[nodiscard]] const OpenedReply& opened() const override { return script_.opened; }
    Result<std::uint64_t> begin_cell(const CellRequest& request) override {
      request_.verb = "cell";
      request_.begun = request;
      request_.cell = request.cell;
      request_.slice = 0;
      if (auto error = ask()) return *error;
      return script_.operations(request);
    }
    Result<SliceReply> take_turn(bool first, unsigned turn) override {
      request_.verb = "slice";
      request_.first = first;
      request_.turn = turn;
      if (auto error = ask()) return *error;
      SliceReply reply = script_.slice(request_);
      ++request_.slice;
      return reply;
    }
    Result<CellDoneReply> end_cell() override {
      request_.verb = "end";
      if (auto error = ask()) return *error;
      return script_.done(request_);
    }
    [[nodiscard]] bool alive() const override { return alive_; }

   private:
    std::optional<Error> ask() {
      if (script_.interrupt) return interruption();
      if (!alive_) return Error{ErrorKind::runtime, "the worker is not running", EPIPE};
      auto error = script_.note(request_);
      if (std::exchange(script_.dying_, false)) alive_ = false;
      return error;
    }

    ScriptedWorkers& script_;
    WorkerRequest request_;
    bool alive_ = true;
  };

  std::optional<Error> note(const WorkerRequest& request) {
    log.push_back(request);
    return fault ? fault(request) : std::nullopt;
  }

  unsigned started_ = 0;
  bool dying_ = false;
};

// A clock that goes on by itself by `step_ns` at each reading, so that budgets end.
class SteppingClock final : public Clock {
 public:
  explicit SteppingClock(std::uint64_t step_ns) : step_ns_(step_ns) {}
  [[nodiscard]] std::uint64_t now_ns() const override { return now_ns_ += step_ns_; }
  void advance(std::uint64_t by_ns) { now_ns_ += by_ns; }

 private:
  std::uint64_t step_ns_;
  mutable std::uint64_t now_ns_ = 1;
};

}  // namespace pmembench::fakes
