#include "run/cell_session.hpp"

#include <algorithm>
#include <cmath>

#include "base/random.hpp"
#include "measure/estimate.hpp"
#include "plan/arrival_keys.hpp"
#include "run/cell_extras.hpp"
#include "run/checks.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kOperationsLimit = std::uint64_t{1} << 40;
constexpr unsigned kGrowthAttempts = 8;
constexpr std::uint64_t kLongestCalibration_ns = 2'000'000;  // of open loops and time slots
constexpr unsigned kPlantSlices = 5;  // whose median says how long the operations take

}  // namespace

CellSession::CellSession(const Host& host, const Cell& cell) : host_(host), cell_(cell) {}
CellSession::~CellSession() {
  // Paths hold readers of the device; their threads are still there to be joined afterwards.
  seats_.clear();
}

Result<std::unique_ptr<CellSession>> CellSession::start(const Host& host, const Cell& cell) {
  auto session = std::unique_ptr<CellSession>(new CellSession(host, cell));
  auto team = Team::start(cell.placement.cpus);
  if (!team) return team.error();
  session->team_ = *std::move(team);
  const Status ready = session->prepare_seats();
  if (!ready) return ready.error();
  // A thread's first operation may set things up: a backend's own state, the file of a path. It is
  // neither timed nor counted, or calibration would take it for what every operation costs.
  const auto first = session->run_once(1);
  if (!first) return first.error();
  session->operations_done_ = 0;
  session->counters_before_ = session->device().counters();
  if (session->ground_) session->ground_counters_before_ = session->ground_->counters();
  return session;
}

Status CellSession::prepare_ground(const PathType& path) {
  if (path.prepare == nullptr) return {};
  auto ground = path.prepare(*host_.opened, cell_.parameters);
  if (!ground) return ground.error();
  ground_ = *std::move(ground);
  return {};
}

Status CellSession::prepare_seats() {
  const WorkloadType* type = find_workload(cell_.workload);
  const PathType* path = find_path(cell_.path);
  if (type == nullptr || path == nullptr) {
    return runtime_error("this worker knows no workload '{}' on path '{}'", cell_.workload,
                         cell_.path);
  }
  if (const Status ready = prepare_ground(*path); !ready) return ready;
  const std::uint64_t size_bytes = ground_ ? ground_->size_bytes() : device().size_bytes();
  const Status fits = type->check(cell_.parameters, size_bytes, cell_.threads);
  if (!fits) return fits;
  for (unsigned seat = 0; seat < team_->size(); ++seat) {
    seats_.push_back(std::make_unique<CellSeat>());
  }
  team_->run([&](unsigned index) {
    CellSeat& seat = *seats_[index];
    auto made = path->make(device(), ground_.get());
    if (!made) {
      seat.status = made.error();
      return;
    }
    seat.path = *std::move(made);
    seat.workload =
        type->make(cell_.parameters, *seat.path, ThreadSeat{index, team_->size(), cell_.seed});
    seat.status = seat.workload->prepare();
  });
  for (const auto& seat : seats_) {
    if (!seat->status) return seat->status;
  }
  return {};
}

double CellSession::time_ns_of(const CellSeat& seat) const {
  return static_cast<double>(seat.end - seat.begin) * host_.timer.ns_per_tick;
}

Result<SliceReply> CellSession::summarise() const {
  SliceReply reply;
  std::uint64_t first_begin = ~std::uint64_t{0}, last_begin = 0, first_end = ~std::uint64_t{0},
                last_end = 0;
  double rate = 0;
  for (const auto& seat : seats_) {
    if (!seat->status) return seat->status.error();
    const double time_ns = time_ns_of(*seat);
    rate += static_cast<double>(seat->work.operations) / std::max(time_ns, 1e-3);
    reply.operations += seat->work.operations;
    reply.bytes += seat->work.bytes;
    reply.involuntary_switches += seat->disturbance.switches;
    reply.faults += seat->disturbance.faults;
    reply.core_probes_ns.push_back(static_cast<double>(seat->core_ticks) * host_.timer.ns_per_tick);
    first_begin = std::min(first_begin, seat->begin);
    last_begin = std::max(last_begin, seat->begin);
    first_end = std::min(first_end, seat->end);
    last_end = std::max(last_end, seat->end);
  }
  reply.ns_per_operation = 1.0 / rate;
  const double together = first_end > last_begin ? static_cast<double>(first_end - last_begin) : 0;
  reply.overlap = together / std::max(1.0, static_cast<double>(last_end - first_begin));
  if (!host_.does_work) reply.bytes = 0;
  for (const auto& seat : seats_) {
    if (!seat->schedule.open()) continue;
    const double late_ns = static_cast<double>(seat->late_ticks) * host_.timer.ns_per_tick;
    reply.backlog_ns = std::max(reply.backlog_ns.value_or(0), late_ns);
  }
  return reply;
}

Result<SliceReply> CellSession::run_once(std::uint64_t operations) {
  if (ground_) ground_->refresh();
  for (auto& seat : seats_) {
    seat->workload->refresh();
    seat->status = {};
    seat->slots.clear();
    seat->schedule.refill(mix_seed(cell_.seed + ++stretches_));
  }
  team_->run([&](unsigned index) { seats_[index]->run(operations, cell_, plant_); });
  operations_done_ += operations * seats_.size();
  return summarise();
}

Result<double> CellSession::time_of(std::uint64_t operations) {
  const auto reply = run_once(operations);
  if (!reply) return reply.error();
  return reply->ns_per_operation * static_cast<double>(reply->operations);
}

Result<std::uint64_t> CellSession::calibrate(std::uint64_t slice_ns) {
  const auto wanted = static_cast<double>(slice_ns);
  std::uint64_t operations = 1;
  Result<double> time = time_of(operations);
  while (time && operations < kOperationsLimit) {
    if (*time >= wanted / 8) {
      // A long time is believed when it comes again: a first run may be long for other reasons.
      const Result<double> again = time_of(operations);
      if (!again) return again.error();
      *time = std::min(*time, *again);
      if (*time >= wanted / 8) break;
    }
    operations *= 2;
    time = time_of(operations);
  }
  if (!time) return time.error();
  const double scaled = static_cast<double>(operations) * wanted / std::max(*time, 1.0);
  operations_ = std::max<std::uint64_t>(1, static_cast<std::uint64_t>(scaled));
  Status grows;
  for (unsigned attempt = 0; attempt < kGrowthAttempts; ++attempt) {
    const Result<double> once = time_of(operations_);
    if (!once) return once.error();
    const Result<double> twice = time_of(2 * operations_);
    if (!twice) return twice.error();
    grows = check_time_grows(operations_, *once, *twice);
    if (grows) break;
    // Twice the work in less than one slice: what was taken for its time was time off the CPU.
    if (*twice < wanted) operations_ = std::min(4 * operations_, kOperationsLimit);
  }
  if (!grows) return grows.error();
  return operations_;
}

Result<std::uint64_t> CellSession::begin(std::uint64_t slice_ns, std::uint64_t operations) {
  const bool open = cell_.arrival != "closed";
  if (!open && cell_.slots_ns == 0) {
    if (operations == 0) {
      const auto calibrated = calibrate(slice_ns);
      if (!calibrated) return calibrated.error();
      operations = *calibrated;
    }
    set_operations(operations);
    return operations;
  }
  // Long slices are not calibrated at their own length: that would take a dozen of them.
  const auto calibrated = calibrate(std::min(slice_ns, kLongestCalibration_ns));
  if (!calibrated) return calibrated.error();
  warm_operations_ = *calibrated;
  const auto time_ns = time_of(*calibrated);
  if (!time_ns) return time_ns.error();
  const auto threads = static_cast<double>(seats_.size());
  peak_per_s_ = threads * static_cast<double>(*calibrated) / *time_ns * 1e9;
  const auto slice_s = static_cast<double>(slice_ns) * 1e-9;
  double rate = peak_per_s_;
  if (open && operations != 0) {
    rate = static_cast<double>(operations) * threads / slice_s;
  } else if (open) {
    const auto asked = parse_rate(cell_.rate);
    if (!asked) return asked.error();
    rate = asked->share > 0 ? asked->share * peak_per_s_ : asked->operations_per_s;
  }
  if (operations == 0)
    operations = std::max<std::uint64_t>(1, std::llround(rate * slice_s / threads));
  set_operations(operations);
  prepare_arrivals(open ? rate : 0, slice_ns);
  return operations;
}

void CellSession::prepare_arrivals(double rate_per_s, std::uint64_t slice_ns) {
  asked_per_s_ = rate_per_s;
  const double threads = static_cast<double>(seats_.size());
  const double ns_per_tick = host_.timer.ns_per_tick;
  const Arrival arrival = cell_.arrival == "poisson" ? Arrival::poisson : Arrival::fixed;
  for (std::size_t index = 0; index < seats_.size(); ++index) {
    CellSeat& seat = *seats_[index];
    if (rate_per_s > 0) {
      seat.schedule = OpenSchedule(arrival, threads / rate_per_s * 1e9 / ns_per_tick,
                                   static_cast<double>(index) / threads);
    }
    if (cell_.slots_ns == 0) continue;
    // A slice is so many operations and not so much time: it may take longer than it was meant to.
    const std::uint64_t slots = 2 * (slice_ns / cell_.slots_ns) + 2;
    seat.slots = SlotSeries(slots, static_cast<std::uint64_t>(std::llround(
                                       static_cast<double>(cell_.slots_ns) / ns_per_tick)));
  }
  warm_ = false;
}

Status CellSession::plant(double share) {
  const bool timed_one_by_one = cell_.timing == Timing::operation;
  plant_ = {timed_one_by_one ? 1 : plant_chunk(operations_), 0};
  if (share <= 0) return {};
  std::vector<double> ns_per_operation;
  for (unsigned slice = 0; slice < kPlantSlices; ++slice) {
    const auto reply = run_once(operations_);
    if (!reply) return reply.error();
    ns_per_operation.push_back(static_cast<double>(seats_.size()) * reply->ns_per_operation);
  }
  plant_.multiplications =
      plant_multiplications(share, median(ns_per_operation), plant_.chunk,
                            measure_ns_per_multiplication(host_.timer.ns_per_tick));
  return {};
}

void CellSession::forget_latencies() {
  for (auto& seat : seats_) seat->forget_latencies();
  operations_in_slices_ = thread_time_ns_ = 0;
  warm_ = forgotten_ = true;
}

Result<SliceReply> CellSession::slice() {
  auto reply = run_once(warm_ ? operations_ : std::min(operations_, warm_operations_));
  if (!reply) return reply;
  const double time_ns = reply->ns_per_operation * static_cast<double>(reply->operations);
  best_bytes_per_s_ =
      std::max(best_bytes_per_s_, static_cast<double>(reply->bytes) / time_ns * 1e9);
  operations_in_slices_ += static_cast<double>(reply->operations);
  for (const auto& seat : seats_) thread_time_ns_ += time_ns_of(*seat);
  return reply;
}

Status CellSession::check_results(const Histogram& histogram) const {
  const Status below = check_ceiling(best_bytes_per_s_, host_.ceiling_bytes_per_s, cell_.threads);
  if (!below) return below;
  if (histogram.count() == 0 || thread_time_ns_ <= 0) return {};
  const auto timed = static_cast<std::uint64_t>(operations_in_slices_);
  if (forgotten_ && histogram.count() != timed) {
    return runtime_error("{} operations were done and {} latencies were counted: some are missing",
                         timed, histogram.count());
  }
  // In an open loop operations wait: those that are served are as many as there are threads.
  return check_littles_law(
      rate_over_thread_time(operations_in_slices_, thread_time_ns_, cell_.threads),
      histogram.mean() * host_.timer.ns_per_tick, cell_.threads, host_.timer.step_ns);
}

void CellSession::count_device(std::map<std::string, std::uint64_t>& counters) const {
  const DeviceCounters after = device().counters();
  const DeviceCounters& before = counters_before_;
  counters["bytes_copied_from"] = after.bytes_copied_from - before.bytes_copied_from;
  counters["bytes_copied_to"] = after.bytes_copied_to - before.bytes_copied_to;
  counters["lines_flushed"] = after.lines_flushed - before.lines_flushed;
  counters["drains"] = after.drains - before.drains;
}

Result<CellDoneReply> CellSession::finish() {
  CellDoneReply reply;
  reply.counters["operations"] = operations_done_;
  // Beside a mounted file system the device sees nothing: nothing counted is not none done.
  const PathType* const path = find_path(cell_.path);
  if (path != nullptr && !path->needs_mount) count_device(reply.counters);
  if (ground_) {
    for (const auto& [name, count] : ground_->counters()) {
      reply.counters[name] += count - ground_counters_before_[name];
    }
  }
  if (const Status still = host_.opened->pages.unmoved(); !still) return still.error();
  if (host_.does_work) {
    team_->run_in_turn(
        [&](unsigned index) { seats_[index]->status = seats_[index]->workload->verify(); });
  }
  Histogram histogram, service;
  for (unsigned index = 0; index < seats_.size(); ++index) {
    const CellSeat& seat = *seats_[index];
    if (!seat.status) return seat.status.error();
    if (seat.cpu >= 0 && seat.cpu != cell_.placement.cpus[index]) {
      return runtime_error("thread {} ran on CPU {}, not on CPU {} where it was put", index,
                           seat.cpu, cell_.placement.cpus[index]);
    }
    reply.cpus.push_back(seat.cpu);
    for (const auto& [name, value] : seat.workload->figures()) {
      const double parts = name.ends_with("_share") ? static_cast<double>(seats_.size()) : 1;
      reply.figures[name] += value / parts;
    }
    histogram.merge(seat.histogram);
    service.merge(seat.service);
  }
  const Status sane = check_results(asked_per_s_ > 0 ? service : histogram);
  if (!sane) return sane.error();
  if (asked_per_s_ > 0) {
    reply.extra.open_loop =
        open_loop_details(cell_.arrival, asked_per_s_, peak_per_s_, service, host_.timer);
  }
  if (cell_.slots_ns != 0) reply.extra.slots = slot_details(seats_, host_.timer, cell_.seed);
  if (histogram.count() > 0) reply.histogram = histogram.sparse();
  return reply;
}

}  // namespace pmembench
