#include "run/loaded_session.hpp"

#include <sched.h>

#include <algorithm>

#include "base/units.hpp"
#include "measure/estimate.hpp"
#include "run/checks.hpp"
#include "run/disturbance.hpp"
#include "run/load_pace.hpp"
#include "workloads/loaded.hpp"
#include "workloads/parameters.hpp"

namespace pmembench {
namespace {

constexpr unsigned kMaximumSlices = 5;
constexpr double kMaximumSlice_ns = 10e6;
constexpr std::uint64_t kGroupBytes = 1024;        // that a paced thread moves at once: 16 lines
constexpr std::uint64_t kUnpacedOperations = 256;  // between two looks at the clock

// The cell but for its pace: two cells that agree in it share threads, chain and memory.
Parameters without_pace(Parameters parameters) {
  for (const char* name : {"load_share", "load_rate", "pause"}) parameters.erase(name);
  return parameters;
}

}  // namespace

struct alignas(128) LoadedSession::Seat {
  std::unique_ptr<Path> path;
  std::unique_ptr<Workload> workload;
  Histogram chunks;  // of the probe, in ticks
  LoadPace pace;
  bool idle = false;  // a load thread that is not to load
  Status status;
  Work work;
  std::uint64_t begin = 0, end = 0;
  std::uint64_t chunk_ticks = 0;
  Disturbance disturbance;
  int cpu = -1;

  // The counter is read once between two chunks: its lfence waits for the last load of a chunk, and
  // no load of the next begins before that.
  void probe(std::uint64_t ticks, std::uint64_t chunk) {
    begin = tsc_begin();
    const std::uint64_t deadline = begin + ticks;
    std::uint64_t before = begin;
    while (before < deadline) {
      const Work one = workload->run(chunk);
      const std::uint64_t now = tsc_end_issue();
      chunks.record(now - before);
      before = now;
      work.operations += one.operations;
    }
    end = before;
    chunk_ticks = end - begin;
  }

  void load(std::uint64_t ticks, std::uint64_t group) {
    begin = tsc_begin();
    const std::uint64_t deadline = begin + ticks;
    std::uint64_t now = begin;
    pace.start(now);
    const std::uint64_t operations = pace.limited() ? group : kUnpacedOperations;
    while (now < deadline && !idle) {
      const Work part = workload->run(operations);
      work.operations += part.operations;
      work.bytes += part.bytes;
      if (part.operations != operations) [[unlikely]] {
        status = runtime_error("the load stopped: {}", workload->failure());
        break;
      }
      now = __rdtsc();
      if (!pace.limited()) continue;
      const std::uint64_t next = std::min(pace.after_group(now), deadline);
      while (now < next) {
        _mm_pause();
        now = __rdtsc();
      }
    }
    end = idle ? deadline : tsc_end_durable();
  }

  void run(bool probing, std::uint64_t ticks, std::uint64_t operations) {
    const Disturbance before = disturbance_so_far();
    work = {};
    if (probing) {
      probe(ticks, operations);
    } else {
      load(ticks, operations);
    }
    const Disturbance after = disturbance_so_far();
    disturbance = {after.switches - before.switches, after.faults - before.faults};
    cpu = sched_getcpu();
  }
};

LoadedSession::LoadedSession(const CellSession::Host& host, OpenedDevice* probe, const Cell& cell)
    : host_(host), probe_(probe), cell_(cell) {}
LoadedSession::~LoadedSession() {
  // Paths hold readers of the device; their threads are still there to be joined afterwards.
  seats_.clear();
}

Result<std::unique_ptr<LoadedSession>> LoadedSession::start(const CellSession::Host& host,
                                                            OpenedDevice* probe, const Cell& cell) {
  if (cell.placement.cpus.size() < 2) {
    return environment_error(
        "a load cannot be measured with {} CPU: one probes and the others load; give the cell two "
        "or more threads on a host that has the CPUs",
        cell.placement.cpus.size());
  }
  auto session = std::unique_ptr<LoadedSession>(new LoadedSession(host, probe, cell));
  auto team = Team::start(cell.placement.cpus);
  if (!team) return team.error();
  session->team_ = *std::move(team);
  const Status ready = session->make_seats();
  if (!ready) return ready.error();
  session->counters_before_ = host.opened->device->counters();
  return session;
}

Status LoadedSession::make_seat(unsigned index) {
  Seat& seat = *seats_[index];
  DaxDevice& load = *host_.opened->device;
  const bool probing = index == 0;
  DaxDevice& device = probing && probe_ != nullptr ? *probe_->device : load;
  auto path = find_path(probing ? "direct" : cell_.path)->make(device, nullptr);
  if (!path) return path.error();
  seat.path = *std::move(path);
  const LoadedLayout layout = loaded_layout(cell_.parameters, load.size_bytes(),
                                            probe_ == nullptr ? 0 : probe_->device->size_bytes());
  if (layout.probe.size_bytes == 0 || layout.load.size_bytes == 0) {
    return usage_error("probe_size leaves no room: the media hold {} and {}",
                       format_size(device.size_bytes()), format_size(load.size_bytes()));
  }
  if (probing && seat.path->mapping().empty()) {
    return environment_error(
        "{} cannot be probed: its bytes have no addresses in one piece; use a backend with direct "
        "access",
        device.name());
  }
  const ThreadSeat place{probing ? 0 : index - 1, probing ? 1 : team_->size() - 1, cell_.seed};
  seat.workload = probing ? make_loaded_probe(cell_.parameters, *seat.path, layout.probe, place)
                          : make_load(cell_.parameters, *seat.path, layout.load, place);
  return seat.workload->prepare();
}

Status LoadedSession::make_seats() {
  const WorkloadType* type = find_workload(cell_.workload);
  const PathType* path = find_path(cell_.path);
  if (type == nullptr || !type->paced || path == nullptr || path->prepare != nullptr) {
    return runtime_error("this worker cannot load by workload '{}' on path '{}'", cell_.workload,
                         cell_.path);
  }
  const Status fits =
      type->check(cell_.parameters, host_.opened->device->size_bytes(), cell_.threads);
  if (!fits) return fits;
  operations_a_group_ =
      std::max<std::uint64_t>(1, kGroupBytes / number_of(cell_.parameters, "operation_size"));
  for (unsigned seat = 0; seat < team_->size(); ++seat) {
    seats_.push_back(std::make_unique<Seat>());
  }
  team_->run([&](unsigned index) { seats_[index]->status = make_seat(index); });
  for (const auto& seat : seats_) {
    if (!seat->status) return seat->status;
  }
  return {};
}

bool LoadedSession::retarget(const Cell& cell) {
  const bool same = cell.workload == cell_.workload && cell.path == cell_.path &&
                    cell.media == cell_.media && cell.backend == cell_.backend &&
                    cell.placement.cpus == cell_.placement.cpus &&
                    without_pace(cell.parameters) == without_pace(cell_.parameters);
  if (!same) return false;
  cell_ = cell;
  return true;
}

void LoadedSession::set_pace(double bytes_per_s) {
  asked_bytes_per_s_ = bytes_per_s;
  const double group_bytes = static_cast<double>(operations_a_group_) *
                             static_cast<double>(number_of(cell_.parameters, "operation_size"));
  const double threads = static_cast<double>(seats_.size() - 1);
  const double ticks = bytes_per_s > 0 ? ticks_of(group_bytes * threads / bytes_per_s * 1e9) : 0;
  for (std::size_t index = 1; index < seats_.size(); ++index) {
    seats_[index]->pace = LoadPace::at_rate(ticks);
    seats_[index]->idle = false;
  }
}

Result<double> LoadedSession::measure_maximum() {
  set_pace(0);
  std::vector<double> rates;
  for (unsigned i = 0; i < kMaximumSlices; ++i) {
    const auto reply = run_for(static_cast<std::uint64_t>(ticks_of(kMaximumSlice_ns)));
    if (!reply) return reply.error();
    rates.push_back(*reply->load_bytes_per_s);
  }
  return median(rates);
}

Result<double> LoadedSession::begin(std::uint64_t slice_ns, std::optional<double> maximum) {
  slice_ticks_ = static_cast<std::uint64_t>(ticks_of(static_cast<double>(slice_ns)));
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
  for (std::size_t index = 1; index < seats_.size(); ++index) {
    if (pause > 0) seats_[index]->pace = LoadPace::with_pause(pause);
    seats_[index]->idle = rate == 0 && share <= 0;
  }
  forget_latencies();
  return maximum_bytes_per_s_;
}

void LoadedSession::forget_latencies() {
  seats_.front()->chunks.clear();
  best_bytes_per_s_ = 0;
}

Result<SliceReply> LoadedSession::summarise() const {
  SliceReply reply;
  double bytes_per_ns = 0;
  std::uint64_t first_begin = ~std::uint64_t{0}, last_begin = 0, first_end = first_begin,
                last_end = 0;
  for (std::size_t index = 0; index < seats_.size(); ++index) {
    const Seat& seat = *seats_[index];
    if (!seat.status) return seat.status.error();
    reply.involuntary_switches += seat.disturbance.switches;
    reply.faults += seat.disturbance.faults;
    first_begin = std::min(first_begin, seat.begin);
    last_begin = std::max(last_begin, seat.begin);
    first_end = std::min(first_end, seat.end);
    last_end = std::max(last_end, seat.end);
    if (index == 0) continue;
    const double time_ns = static_cast<double>(seat.end - seat.begin) * host_.timer.ns_per_tick;
    bytes_per_ns += static_cast<double>(seat.work.bytes) / std::max(time_ns, 1e-3);
    reply.bytes += seat.work.bytes;
  }
  const Seat& probe = *seats_.front();
  reply.operations = probe.work.operations;
  reply.ns_per_operation = static_cast<double>(probe.chunk_ticks) * host_.timer.ns_per_tick /
                           static_cast<double>(std::max<std::uint64_t>(1, reply.operations));
  reply.load_bytes_per_s = bytes_per_ns * 1e9;
  const double together = first_end > last_begin ? static_cast<double>(first_end - last_begin) : 0;
  reply.overlap = together / std::max(1.0, static_cast<double>(last_end - first_begin));
  return reply;
}

Result<SliceReply> LoadedSession::run_for(std::uint64_t ticks) {
  for (auto& seat : seats_) {
    seat->workload->refresh();
    seat->status = {};
  }
  const std::uint64_t chunk = number_of(cell_.parameters, "chunk");
  team_->run([&](unsigned index) {
    seats_[index]->run(index == 0, ticks, index == 0 ? chunk : operations_a_group_);
  });
  for (std::size_t index = 1; index < seats_.size(); ++index) {
    bytes_moved_ += seats_[index]->work.bytes;
  }
  return summarise();
}

Result<SliceReply> LoadedSession::slice() {
  auto reply = run_for(slice_ticks_);
  if (!reply) return reply;
  best_bytes_per_s_ = std::max(best_bytes_per_s_, *reply->load_bytes_per_s);
  if (!host_.does_work) reply->bytes = 0;
  return reply;
}

// What the device saw, in its own counters, against what the threads say that they moved. The
// mapped path's loads and stores pass no device.
Status LoadedSession::check_bytes() const {
  if (cell_.path != "direct" || !host_.does_work) return {};
  const DeviceCounters after = host_.opened->device->counters();
  const std::uint64_t seen = after.bytes_copied_from - counters_before_.bytes_copied_from +
                             after.bytes_copied_to - counters_before_.bytes_copied_to;
  if (seen == bytes_moved_) return {};
  return runtime_error(
      "the load threads counted {} bytes and the device {}: the bandwidth would be wrong; this is "
      "a defect of the backend or of pmembench",
      bytes_moved_, seen);
}

Result<CellDoneReply> LoadedSession::finish() {
  CellDoneReply reply;
  if (const Status counted = check_bytes(); !counted) return counted.error();
  const DeviceCounters after = host_.opened->device->counters();
  reply.counters["bytes_copied_from"] =
      after.bytes_copied_from - counters_before_.bytes_copied_from;
  reply.counters["bytes_copied_to"] = after.bytes_copied_to - counters_before_.bytes_copied_to;
  reply.counters["lines_flushed"] = after.lines_flushed - counters_before_.lines_flushed;
  reply.counters["drains"] = after.drains - counters_before_.drains;
  if (host_.does_work) {
    team_->run_in_turn(
        [&](unsigned index) { seats_[index]->status = seats_[index]->workload->verify(); });
  }
  // Verification copies bytes too: the next cell of this session counts from here.
  counters_before_ = host_.opened->device->counters();
  bytes_moved_ = 0;
  for (unsigned index = 0; index < seats_.size(); ++index) {
    const Seat& seat = *seats_[index];
    if (!seat.status) return seat.status.error();
    if (seat.cpu >= 0 && seat.cpu != cell_.placement.cpus[index]) {
      return runtime_error("thread {} ran on CPU {}, not on CPU {} where it was put", index,
                           seat.cpu, cell_.placement.cpus[index]);
    }
    reply.cpus.push_back(seat.cpu);
  }
  const auto load_threads = static_cast<unsigned>(seats_.size() - 1);
  const Status below = check_ceiling(host_.does_work ? best_bytes_per_s_ : 0,
                                     host_.ceiling_bytes_per_s, load_threads);
  if (!below) return below.error();
  reply.histogram = seats_.front()->chunks.sparse();
  LoadedDetails& loaded = reply.extra.loaded.emplace();
  loaded.chunk = number_of(cell_.parameters, "chunk");
  loaded.asked_bytes_per_s = asked_bytes_per_s_;
  loaded.maximum_bytes_per_s = maximum_bytes_per_s_;
  loaded.load_threads = load_threads;
  return reply;
}

}  // namespace pmembench
