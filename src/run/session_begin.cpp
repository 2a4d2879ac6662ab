// Session: what comes before its slices: calibration, arrivals, pace, an injected slowdown.
#include <algorithm>
#include <cmath>

#include "measure/estimate.hpp"
#include "plan/arrival_keys.hpp"
#include "run/calibrate_operations.hpp"
#include "run/checks.hpp"
#include "run/session.hpp"
#include "run/slice_loop.hpp"
#include "run/slowdown.hpp"
#include "workloads/parameters.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kLongestCalibration_ns = 2'000'000;  // of open loops and time slots
constexpr std::uint64_t kOperationsOfGroup = 16;             // between two looks at the clock
constexpr unsigned kPeakIntervals = 5;   // whose median is what an open loop does without waiting
constexpr unsigned kSlowdownSlices = 5;  // whose median is how long the operations take
constexpr unsigned kSlowdownAttempts = 40;  // until as many were undisturbed
constexpr unsigned kMaximumSlices = 5;      // whose median is what the load moves without a pace
constexpr std::uint64_t kMaximumSlice_ns = 10'000'000;

}  // namespace

DeviceCounters Session::counted_since(const DeviceCounters& before, const DeviceCounters& after) {
  DeviceCounters counted;
  counted.bytes_copied_from = after.bytes_copied_from - before.bytes_copied_from;
  counted.bytes_copied_to = after.bytes_copied_to - before.bytes_copied_to;
  counted.lines_flushed = after.lines_flushed - before.lines_flushed;
  counted.drains = after.drains - before.drains;
  return counted;
}

// What a workload writes before a slice does not belong to its operations and is not counted.
void Session::refresh(std::uint64_t operations) {
  const DeviceCounters before = counters();
  const auto fixture_before =
      fixture_ ? fixture_->counters() : decltype(fixture_counters_before_)();
  if (fixture_) fixture_->refresh();
  for (auto& thread : threads_) {
    if (thread->workload != nullptr) {
      thread->workload->expect(operations);
      thread->workload->refresh();
    }
    thread->status = {};
    thread->slots.clear();
    thread->schedule.refill(mix_seed(cell_.seed + runs_), operations);
  }
  counters_before_ += counted_since(before, counters());
  if (!fixture_) return;
  for (const auto& [name, count] : fixture_->counters()) {
    const auto found = fixture_before.find(name);
    fixture_counters_before_[name] += count - (found == fixture_before.end() ? 0 : found->second);
  }
}

Result<double> Session::time_of(std::uint64_t operations) {
  const auto reply = run_once(operations);
  if (!reply) return reply.error();
  return reply->ns_per_operation * static_cast<double>(reply->operations);
}

Result<std::uint64_t> Session::calibrate(std::uint64_t slice_ns) {
  auto calibrated = calibrate_operations(
      slice_ns, [this](std::uint64_t operations) { return time_of(operations); });
  const WorkloadType& type = *find_workload(cell_.workload);
  if (calibrated && type.operations_a_round != nullptr) {
    const std::uint64_t round = type.operations_a_round(cell_.parameters);
    *calibrated = (*calibrated + round - 1) / round * round;
  }
  return calibrated;
}

Result<std::uint64_t> Session::begin_operations(std::uint64_t slice_ns, std::uint64_t operations) {
  if (groups_) {
    task_.ticks =
        static_cast<std::uint64_t>(static_cast<double>(slice_ns) / host_.timer.ns_per_tick);
    task_.operations_a_group = task_.unpaced_operations = kOperationsOfGroup;
    groups_->set_paces(threads_, kOperationsOfGroup);
    return 1;
  }
  const WorkloadType& type = *find_workload(cell_.workload);
  const std::uint64_t own =
      type.operations_a_slice == nullptr ? 0 : type.operations_a_slice(cell_.parameters);
  if (own != 0) return own;
  const bool open = cell_.arrival != "closed";
  const bool in_slots = cell_.slots_ns != 0;
  if (!open && !in_slots) return operations != 0 ? operations : calibrate(slice_ns);
  // Long slices are not calibrated at their own length: that would take a dozen of them.
  const auto calibrated = calibrate(std::min(slice_ns, kLongestCalibration_ns));
  if (!calibrated) return calibrated.error();
  warm_operations_ = *calibrated;
  warm_ = false;
  const auto threads = static_cast<double>(threads_.size());
  double rate_per_s = 0;
  if (open) {
    const auto rate = asked_rate(*calibrated);
    if (!rate) return rate.error();
    rate_per_s = *rate;
    const double due = rate_per_s * static_cast<double>(slice_ns) * 1e-9 / threads;
    if (operations == 0) {
      operations = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::llround(due)));
    }
  } else {
    // A slice in slots is a time, regardless of how long the operations take.
    slice_ticks_ =
        static_cast<std::uint64_t>(static_cast<double>(slice_ns) / host_.timer.ns_per_tick);
    operations = *calibrated;
  }
  prepare_arrivals(rate_per_s, slice_ns);
  return operations;
}

// The rate of all threads without waiting is the median of several intervals: one may be cut short
// by other work.
Result<double> Session::asked_rate(std::uint64_t operations) {
  std::vector<double> per_s;
  for (unsigned interval = 0; interval < kPeakIntervals; ++interval) {
    const auto time_ns = time_of(operations);
    if (!time_ns) return time_ns.error();
    per_s.push_back(static_cast<double>(threads_.size()) * static_cast<double>(operations) /
                    *time_ns * 1e9);
  }
  peak_per_s_ = median(per_s);
  const auto asked = parse_rate(cell_.rate);
  if (!asked) return asked.error();
  return asked->share > 0 ? asked->share * peak_per_s_ : asked->operations_per_s;
}

void Session::prepare_arrivals(double rate_per_s, std::uint64_t slice_ns) {
  asked_per_s_ = rate_per_s;
  const double threads = static_cast<double>(threads_.size());
  const double ns_per_tick = host_.timer.ns_per_tick;
  const Arrival arrival = cell_.arrival == "poisson" ? Arrival::poisson : Arrival::fixed;
  for (std::size_t index = 0; index < threads_.size(); ++index) {
    ThreadContext& thread = *threads_[index];
    if (rate_per_s > 0) {
      thread.role = Role::arrivals;
      thread.schedule = OpenSchedule(arrival, threads / rate_per_s * 1e9 / ns_per_tick,
                                     static_cast<double>(index) / threads);
    }
    if (cell_.slots_ns == 0) continue;
    // An open loop that falls behind takes longer than it was meant to.
    const std::uint64_t slots = 2 * (slice_ns / cell_.slots_ns) + 2;
    thread.slots = SlotSeries(slots, static_cast<std::uint64_t>(std::llround(
                                         static_cast<double>(cell_.slots_ns) / ns_per_tick)));
  }
}

Status Session::inject_slowdown(double share) {
  const bool timed_one_by_one = cell_.timing == Timing::operation;
  task_.slowdown = {timed_one_by_one ? 1 : slowdown_chunk(task_.operations), 0};
  if (share <= 0) return {};
  // A share of what an operation takes, not of what other work on this CPU adds to it.
  std::vector<SliceReply> slices;
  unsigned quiet = 0;
  while (quiet < kSlowdownSlices && slices.size() < kSlowdownAttempts) {
    auto reply = run_once(task_.operations);
    if (!reply) return reply.error();
    quiet += is_disturbed(*reply) ? 0 : 1;
    slices.push_back(*std::move(reply));
  }
  std::vector<double> ns_per_operation;
  for (const SliceReply& slice : undisturbed(slices, 1)) {
    ns_per_operation.push_back(static_cast<double>(threads_.size()) * slice.ns_per_operation);
  }
  task_.slowdown.multiplications = slowdown_multiplications(
      share, median(ns_per_operation), task_.slowdown.chunk,
      host_.timer.is_virtual() ? VirtualClock::kMultiplication_ns
                               : measure_ns_per_multiplication(host_.timer.ns_per_tick));
  return {};
}

void Session::set_pace(double bytes_per_s) {
  asked_bytes_per_s_ = bytes_per_s;
  const double group_bytes = static_cast<double>(task_.operations_a_group) *
                             static_cast<double>(number_of(cell_.parameters, "operation_size"));
  const double load_threads = static_cast<double>(threads_.size() - 1);
  const double group_ns = bytes_per_s > 0 ? group_bytes * load_threads / bytes_per_s * 1e9 : 0;
  for (std::size_t index = 1; index < threads_.size(); ++index) {
    threads_[index]->pace = LoadPace::at_rate(group_ns / host_.timer.ns_per_tick);
    threads_[index]->idle = false;
  }
}

void Session::forget_latencies() {
  for (auto& thread : threads_) thread->forget_latencies();
  operations_in_slices_ = thread_time_ns_ = 0;
  if (groups_) groups_->forget();
  // A point of a curve is judged by its own slices, and not by those of the points before.
  if (paced_) best_bytes_per_s_ = 0;
  warm_ = forgotten_ = true;
}

Result<double> Session::measure_maximum() {
  set_pace(0);
  task_.ticks =
      static_cast<std::uint64_t>(static_cast<double>(kMaximumSlice_ns) / host_.timer.ns_per_tick);
  std::vector<double> rates;
  for (unsigned i = 0; i < kMaximumSlices; ++i) {
    const auto reply = run_once(0);
    if (!reply) return reply.error();
    rates.push_back(*reply->load_bytes_per_s);
  }
  return median(rates);
}

// The pace from the cell's parameters; a share is of `maximum`, or if that is absent of what is
// measured now.
Status Session::begin_paced(std::uint64_t slice_ns, std::optional<double> maximum) {
  const double share = real_of(cell_.parameters, "load_share");
  const std::uint64_t pause = number_of(cell_.parameters, "pause");
  const std::uint64_t rate = number_of(cell_.parameters, "load_rate");
  maximum_bytes_per_s_ = maximum.value_or(0);
  if (share > 0 && share < 100 && !maximum) {
    const auto measured = measure_maximum();
    if (!measured) return measured.error();
    maximum_bytes_per_s_ = *measured;
  }
  const double asked = rate > 0 ? static_cast<double>(rate) : maximum_bytes_per_s_ * share / 100;
  set_pace(rate == 0 && share >= 100 ? 0 : asked);
  for (std::size_t index = 1; index < threads_.size(); ++index) {
    if (pause > 0) threads_[index]->pace = LoadPace::with_pause(pause);
    threads_[index]->idle = rate == 0 && share <= 0;
  }
  task_.ticks = static_cast<std::uint64_t>(static_cast<double>(slice_ns) / host_.timer.ns_per_tick);
  forget_latencies();
  return {};
}

}  // namespace pmembench
