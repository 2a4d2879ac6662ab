#include "run/checked_worker.hpp"

#include <algorithm>
#include <cmath>

#include "base/clock.hpp"
#include "base/units.hpp"
#include "measure/histogram.hpp"
#include "record/limits.hpp"
#include "run/checks.hpp"
#include "run/slice_loop.hpp"

namespace pmembench {
namespace {

template <typename... Parts>
Error unbelievable(fmt::format_string<Parts...> sentence, Parts&&... parts) {
  return runtime_error(
      "the worker reported what cannot be true: {}; its binary is defective, or a backend wrote "
      "over "
      "its memory",
      fmt::format(sentence, std::forward<Parts>(parts)...));
}

// Wide enough for two clocks and for what a slice does before it is timed: what this catches is off
// by powers of ten.
constexpr double kClockSlack = 2;
constexpr double kWaitSlack_ns = 1e8;

bool is_share(double value) { return value >= 0 && value <= 1 + 1e-9; }
bool is_finite_and_positive(double value) { return std::isfinite(value) && value > 0; }
bool is_duration(double value) { return std::isfinite(value) && value >= 0; }

Status check_opened(const OpenedReply& opened) {
  const TimerFacts& timer = opened.timer;
  if (!(timer.ns_per_tick >= limits::kShortestTick_ns &&
        timer.ns_per_tick <= limits::kLongestTick_ns)) {
    return unbelievable("a tick of its clock of {} ns", timer.ns_per_tick);
  }
  if (!is_duration(timer.step_ns) || !is_duration(timer.floor_issue_ns) ||
      !is_duration(timer.floor_durable_ns)) {
    return unbelievable("a step of its clock of {} ns with floors of {} and {} ns", timer.step_ns,
                        timer.floor_issue_ns, timer.floor_durable_ns);
  }
  // 0: unknown to a worker of before there was a ceiling.
  const double ceiling = opened.ceiling_bytes_per_s;
  if (!(ceiling >= 0 && ceiling <= limits::kMostBytesPerCpu_per_s)) {
    return unbelievable("a first-level cache that gives {} bytes a second", ceiling);
  }
  if (!is_share(opened.medium.huge_share)) {
    return unbelievable("a share of huge pages of {}", opened.medium.huge_share);
  }
  return {};
}

class CheckedWorker final : public WorkerLink {
 public:
  explicit CheckedWorker(std::unique_ptr<WorkerLink> worker) : worker_(std::move(worker)) {}

  Status await_open_within(std::uint64_t most_ms) override {
    const Status opened = worker_->await_open_within(most_ms);
    return opened ? check_opened(worker_->opened()) : opened;
  }
  [[nodiscard]] const OpenedReply& opened() const override { return worker_->opened(); }
  [[nodiscard]] bool alive() const override { return worker_->alive(); }

  Result<std::uint64_t> begin_cell(const CellRequest& request) override {
    auto operations = worker_->begin_cell(request);
    if (!operations) return operations;
    threads_ = std::max(1U, request.cell.threads);
    closed_ = request.cell.arrival == "closed";
    does_work_ = request.cell.capabilities.does_work;
    forget();
    return operations;
  }

  Result<SliceReply> take_turn(bool first, unsigned turn) override {
    const std::uint64_t asked_ns = clock_.now_ns();
    auto slice = worker_->take_turn(first, turn);
    if (!slice) return slice;
    if (first) forget();
    Status believed = check(*slice);
    if (believed) believed = check_time(*slice, static_cast<double>(clock_.now_ns() - asked_ns));
    if (!believed) return believed.error();
    operations_ += slice->operations;
    time_ns_ += slice->ns_per_operation * static_cast<double>(slice->operations);
    paced_ = slice->load_bytes_per_s.has_value();
    ++slices_;
    if (is_disturbed(*slice)) ++disturbed_;
    return slice;
  }

  Result<CellDoneReply> end_cell() override {
    auto done = worker_->end_cell();
    if (!done) return done;
    const Status believed = check(*done);
    if (!believed) return believed.error();
    return done;
  }

 private:
  void forget() {
    operations_ = slices_ = disturbed_ = 0;
    time_ns_ = 0;
  }

  [[nodiscard]] Status check(const SliceReply& slice) const {
    const double time_ns = slice.ns_per_operation;
    if (slice.operations == 0) return unbelievable("a slice without an operation");
    if (!is_finite_and_positive(time_ns) || time_ns * threads_ < limits::kFastestOperation_ns) {
      return unbelievable("an operation that takes {} ns", time_ns);
    }
    if (!is_share(slice.overlap)) return unbelievable("an overlap of {}", slice.overlap);
    if (slice.backlog_ns && !std::isfinite(*slice.backlog_ns)) {
      return unbelievable("a backlog of {} ns", *slice.backlog_ns);
    }
    if (!std::all_of(slice.core_probes_ns.begin(), slice.core_probes_ns.end(), is_duration)) {
      return unbelievable("a core probe that took no time that there is");
    }
    return check_bytes(slice);
  }

  // Its operations cannot have taken longer than it was waited for.
  [[nodiscard]] Status check_time(const SliceReply& slice, double waited_ns) const {
    const double took_ns = slice.ns_per_operation * static_cast<double>(slice.operations);
    if (took_ns <= kClockSlack * threads_ * waited_ns + kWaitSlack_ns) return {};
    return unbelievable("a slice of {} operations of {} ns, whose answer came after {}",
                        slice.operations, slice.ns_per_operation, format_duration_ns(waited_ns));
  }

  // A backend that does no work moves nothing, even if it counts bytes.
  [[nodiscard]] Status check_bytes(const SliceReply& slice) const {
    if (slice.load_bytes_per_s && !is_duration(*slice.load_bytes_per_s)) {
      return unbelievable("a load of {} bytes a second", *slice.load_bytes_per_s);
    }
    if (!does_work_) return {};
    const double own = static_cast<double>(slice.bytes) /
                       (slice.ns_per_operation * static_cast<double>(slice.operations)) * 1e9;
    const double ceiling = opened().ceiling_bytes_per_s > 0 ? opened().ceiling_bytes_per_s
                                                            : limits::kMostBytesPerCpu_per_s;
    return check_ceiling(slice.load_bytes_per_s.value_or(own), ceiling, threads_);
  }

  [[nodiscard]] Status check(const CellDoneReply& done) const {
    if (done.histogram.empty()) return {};
    const auto histogram = Histogram::from_sparse(done.histogram);
    if (!histogram) return histogram.error();
    // A paced cell times chunks of loads, and an open loop waits.
    if (paced_ || !closed_ || slices_ == 0) return {};
    if (histogram->count() > operations_) {
      return unbelievable("{} latencies of {} operations", histogram->count(), operations_);
    }
    // Where a thread was preempted its operations wait: their sums say nothing.
    if (disturbed_ > 0) return {};
    const double mean_ns = histogram->mean() * opened().timer.ns_per_tick;
    const double flight = mean_ns * static_cast<double>(operations_) / time_ns_;
    if (flight <= limits::kLittleAtTheGate * threads_) return {};
    return unbelievable("{} with a mean latency of {}, by {} threads",
                        format_rate(static_cast<double>(operations_) / time_ns_ * 1e9),
                        format_duration_ns(mean_ns), threads_);
  }

  std::unique_ptr<WorkerLink> worker_;
  MonotonicClock clock_;
  unsigned threads_ = 1;
  bool closed_ = true, does_work_ = true, paced_ = false;
  // Since latencies were forgotten.
  std::uint64_t operations_ = 0, slices_ = 0, disturbed_ = 0;
  double time_ns_ = 0;
};

}  // namespace

std::unique_ptr<WorkerLink> checked(std::unique_ptr<WorkerLink> worker) {
  return std::make_unique<CheckedWorker>(std::move(worker));
}

}  // namespace pmembench
