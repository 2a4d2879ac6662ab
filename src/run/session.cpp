#include "run/session.hpp"

#include <algorithm>

#include "base/random.hpp"
#include "base/units.hpp"
#include "platform/thread_registers.hpp"
#include "run/session_details.hpp"
#include "workloads/loaded.hpp"
#include "workloads/parameters.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kGroupBytes = 1024;  // that a paced thread moves at once: 16 lines

// The cell without its pace: two cells that agree in it share threads, chain and memory.
Parameters without_pace(Parameters parameters) {
  for (const char* name : {"load_share", "load_rate", "pause"}) parameters.erase(name);
  return parameters;
}

bool is_counted(const ThreadContext& thread, bool loads_count) {
  return (thread.role != Role::load || loads_count) && thread.role != Role::server &&
         thread.role != Role::user;
}

// The span in which threads ran, and that in which all of them did.
class Overlap {
 public:
  void add(const ThreadContext& thread) {
    first_begin_ = std::min(first_begin_, thread.begin);
    last_begin_ = std::max(last_begin_, thread.begin);
    first_end_ = std::min(first_end_, thread.end);
    last_end_ = std::max(last_end_, thread.end);
  }
  [[nodiscard]] double share() const {
    const double together =
        first_end_ > last_begin_ ? static_cast<double>(first_end_ - last_begin_) : 0;
    return together / std::max(1.0, static_cast<double>(last_end_ - first_begin_));
  }

 private:
  std::uint64_t first_begin_ = ~std::uint64_t{0}, last_begin_ = 0;
  std::uint64_t first_end_ = ~std::uint64_t{0}, last_end_ = 0;
};

}  // namespace

Session::~Session() {
  // Paths hold readers of the device; their threads are still there to be joined afterwards.
  threads_.clear();
}

Result<std::unique_ptr<Session>> Session::start(const SessionHost& host, const Cell& cell) {
  auto session = std::unique_ptr<Session>(new Session(host, cell));
  const WorkloadType* const type = find_workload(cell.workload);
  session->paced_ = type != nullptr && type->paced;
  if (session->paced_ && cell.placement.cpus.size() < 2) {
    return environment_error(
        "a load cannot be measured with {} CPU: one probes and the others load; give the cell two "
        "or more threads on a host that has the CPUs",
        cell.placement.cpus.size());
  }
  auto team = Team::start(cell.placement.cpus);
  if (!team) return team.error();
  session->team_ = *std::move(team);
  if (SimMemory* const memory = session->simulation(); memory != nullptr) {
    memory->restart(cell.seed, session->team_->size());
    session->team_->run([memory](unsigned index) { memory->sit(index); });
  }
  const Status ready = session->prepare_threads();
  if (!ready) return ready.error();
  if (session->paced_ || session->groups_ != nullptr) return session;
  // A thread's first operation may set things up: a backend's own state, the file of a path. It is
  // neither timed nor counted, or calibration would take it for what every operation costs.
  const auto first = session->run_once(1);
  if (!first) return first.error();
  return session;
}

Status Session::prepare_threads() {
  const WorkloadType* type = find_workload(cell_.workload);
  const PathType* path = find_path(cell_.path);
  if (type == nullptr || path == nullptr || (paced_ && path->prepare != nullptr)) {
    return runtime_error("this worker knows no workload '{}' on path '{}'", cell_.workload,
                         cell_.path);
  }
  if (type->lives) return prepare_life(*path);
  if (path->prepare != nullptr) {
    auto fixture = path->prepare(*host_.opened, cell_.parameters);
    if (!fixture) return fixture.error();
    fixture_ = *std::move(fixture);
  }
  const std::uint64_t size_bytes = fixture_ ? fixture_->size_bytes() : device().size_bytes();
  const Status fits = type->check(cell_.parameters, size_bytes, cell_.threads);
  if (!fits) return fits;
  if (type->groups) {
    if (const Status read = prepare_groups(size_bytes); !read) return read;
  }
  for (unsigned thread = 0; thread < team_->size(); ++thread) {
    threads_.push_back(std::make_unique<ThreadContext>());
  }
  const auto prepare = [&](unsigned index) {
    threads_[index]->status = paced_ ? prepare_paced_thread(index) : prepare_thread(index);
  };
  // Outside of slices the threads of a simulated memory have no order.
  simulation() == nullptr ? team_->run(prepare) : team_->run_in_turn(prepare);
  for (const auto& thread : threads_) {
    if (!thread->status) return thread->status;
  }
  return {};
}

// The layers of the path are those of each life.
Status Session::prepare_life(const PathType& path) {
  if (team_->size() < 2) {
    return environment_error("workload {} needs two CPUs, one that kills and one that uses",
                             cell_.workload);
  }
  auto trial = LifeTrial::make(*host_.opened, path, cell_.parameters, team_->size(), cell_.seed);
  if (!trial) return trial.error();
  life_ = *std::move(trial);
  for (unsigned index = 0; index < team_->size(); ++index) {
    auto thread = std::make_unique<ThreadContext>();
    thread->role = index == 0 ? Role::life : Role::user;
    thread->life = life_.get();
    thread->index = index;
    threads_.push_back(std::move(thread));
  }
  return {};
}

Status Session::prepare_thread(unsigned index) {
  if (groups_ != nullptr) return prepare_group_thread(index);
  ThreadContext& thread = *threads_[index];
  thread.role = cell_.timing == Timing::operation ? Role::operation : Role::slice;
  const WorkloadType& type = *find_workload(cell_.workload);
  if (type.first_serves && team_->size() > 1 && index == 0) thread.role = Role::server;
  auto path = find_path(cell_.path)->make(device(), fixture_.get());
  if (!path) return path.error();
  thread.path = *std::move(path);
  const ThreadPosition place{index, team_->size(), cell_.seed};
  thread.workload = type.make(cell_.parameters, *thread.path, place);
  thread.never_waits = calls_no_kernel(device(), cell_.path);
  return thread.workload->prepare();
}

Status Session::prepare_paced_thread(unsigned index) {
  ThreadContext& thread = *threads_[index];
  const bool probing = index == 0;
  thread.role = probing ? Role::probe : Role::load;
  DaxDevice& load = device();
  DaxDevice& own = probing && host_.probe != nullptr ? *host_.probe->device : load;
  const std::string_view own_path = probing ? kRootPath : std::string_view(cell_.path);
  auto path = find_path(own_path)->make(own, nullptr);
  if (!path) return path.error();
  thread.path = *std::move(path);
  const LoadedLayout layout =
      loaded_layout(cell_.parameters, load.size_bytes(),
                    host_.probe == nullptr ? 0 : host_.probe->device->size_bytes());
  if (layout.probe.size_bytes == 0 || layout.load.size_bytes == 0) {
    return usage_error("probe_size leaves no room: the media hold {} and {}",
                       format_size(own.size_bytes()), format_size(load.size_bytes()));
  }
  if (probing && thread.path->mapping().empty()) {
    return environment_error(
        "{} cannot be probed: its bytes have no addresses in one piece; use a backend with direct "
        "access",
        own.name());
  }
  const ThreadPosition place{probing ? 0 : index - 1, probing ? 1 : team_->size() - 1, cell_.seed};
  thread.never_waits = calls_no_kernel(own, own_path);
  thread.workload = probing ? make_loaded_probe(cell_.parameters, *thread.path, layout.probe, place)
                            : make_load(cell_.parameters, *thread.path, layout.load, place);
  return thread.workload->prepare();
}

bool Session::retarget(const Cell& cell) {
  const bool same = paced_ && cell.workload == cell_.workload && cell.path == cell_.path &&
                    cell.media == cell_.media && cell.backend == cell_.backend &&
                    cell.placement.cpus == cell_.placement.cpus &&
                    without_pace(cell.parameters) == without_pace(cell_.parameters);
  if (same) cell_ = cell;
  return same;
}

Result<std::uint64_t> Session::begin(const CellRequest& request) {
  counters_before_ = counters();
  if (fixture_) fixture_counters_before_ = fixture_->counters();
  operations_done_ = bytes_loaded_ = 0;
  task_.durable = cell_.latency_mode == "durable";
  task_.rdtscp = host_.timer.reading == kReadingByRdtscp;
  if (paced_) {
    task_.operations_a_chunk = number_of(cell_.parameters, "chunk");
    task_.operations_a_group =
        std::max<std::uint64_t>(1, kGroupBytes / number_of(cell_.parameters, "operation_size"));
    const Status begun = begin_paced(request.slice_ns, request.load_maximum);
    if (!begun) return begun.error();
    return 0;
  }
  const auto operations = begin_operations(request.slice_ns, request.operations);
  if (!operations) return operations;
  task_.operations = *operations;
  if (request.slowdown) {
    const Status injected = inject_slowdown(*request.slowdown);
    if (!injected) return injected.error();
  }
  return operations;
}

double Session::time_ns_of(const ThreadContext& thread) const {
  return static_cast<double>(thread.end - thread.begin) * host_.timer.ns_per_tick;
}

double Session::rated_ns_of(const ThreadContext& thread) const {
  return static_cast<double>(thread.rated_ticks) * host_.timer.ns_per_tick;
}

Result<SliceReply> Session::summarise() const {
  SliceReply reply;
  Overlap overlap;
  double rate = 0, load_bytes_per_ns = 0;
  for (const auto& each : threads_) {
    const ThreadContext& thread = *each;
    if (!thread.status) return thread.status.error();
    overlap.add(thread);
    if (thread.role == Role::user || thread.role == Role::server) continue;
    reply.involuntary_switches += thread.disturbance.switches;
    reply.faults += thread.disturbance.minor_faults + thread.disturbance.major_faults;
    reply.major_faults += thread.disturbance.major_faults;
    const double time_ns = std::max(rated_ns_of(thread), 1e-3);
    if (thread.role == Role::load && groups_ == nullptr) {
      reply.bytes += thread.work.bytes;
      load_bytes_per_ns += static_cast<double>(thread.work.bytes) / time_ns;
      continue;
    }
    rate += static_cast<double>(thread.work.operations) / time_ns;
    reply.operations += thread.work.operations;
    reply.bytes += thread.work.bytes;
    if (paced_) continue;
    if (!host_.timer.is_virtual()) {
      reply.core_probes_ns.push_back(static_cast<double>(thread.core_ticks) *
                                     host_.timer.ns_per_tick);
    }
    if (thread.role != Role::arrivals) continue;
    const double late_ns = static_cast<double>(thread.late_ticks) * host_.timer.ns_per_tick;
    reply.backlog_ns = std::max(reply.backlog_ns.value_or(0), late_ns);
  }
  reply.ns_per_operation = 1.0 / rate;
  reply.overlap = overlap.share();
  if (paced_) reply.load_bytes_per_s = load_bytes_per_ns * 1e9;
  if (!host_.does_work) reply.bytes = 0;
  return reply;
}

void Session::run_thread(unsigned index, const SliceTask& task) {
  simulation() == nullptr ? threads_[index]->run(task) : threads_[index]->run<VirtualClock>(task);
}

Result<SliceReply> Session::run_once(std::uint64_t operations) {
  ++runs_;
  refresh(operations);
  SliceTask task = task_;
  task.operations = operations;
  if (slice_ticks_ != 0 && warm_) task.ticks = slice_ticks_;
  const auto part = [&](unsigned index) {
    const ThreadRegisters before;
    ThreadContext& thread = *threads_[index];
    run_thread(index, task);
    const std::string changes = before.changes(false);
    if (changes.empty() || !thread.status) return;
    thread.status = runtime_error(
        "the backend {}, so that what is computed afterwards differs; a backend leaves the "
        "thread's "
        "registers as it found them",
        changes);
  };
  simulation() == nullptr ? team_->run(part) : simulation()->run_slice(part);
  if (life_ != nullptr && !life_->status()) return life_->status().error();
  if (simulation() != nullptr && simulation()->gone()) {
    return runtime_error(
        "the simulated device is gone: its model says that it fails after {} operations "
        "(fails_after)",
        simulation()->model().fails_after);
  }
  for (const auto& thread : threads_) {
    if (thread->role == Role::load) bytes_loaded_ += thread->work.bytes;
    if (is_counted(*thread, groups_ != nullptr)) operations_done_ += thread->work.operations;
  }
  return summarise();
}

Result<SliceReply> Session::slice(unsigned turn) {
  for (auto& thread : threads_) {
    if (thread->workload != nullptr) thread->workload->take_turn(turn);
  }
  auto reply = run_once(warm_ ? task_.operations : std::min(task_.operations, warm_operations_));
  if (!reply) return reply;
  if (paced_) {
    best_bytes_per_s_ = std::max(best_bytes_per_s_, *reply->load_bytes_per_s);
    return reply;
  }
  const double time_ns = reply->ns_per_operation * static_cast<double>(reply->operations);
  best_bytes_per_s_ =
      std::max(best_bytes_per_s_, static_cast<double>(reply->bytes) / time_ns * 1e9);
  operations_in_slices_ += static_cast<double>(reply->operations);
  if (groups_) groups_->add(threads_);
  for (const auto& thread : threads_) thread_time_ns_ += time_ns_of(*thread);
  return reply;
}

void Session::count_device(std::map<std::string, std::uint64_t>& counters) const {
  const DeviceCounters counted = counted_since(counters_before_, this->counters());
  counters["bytes_copied_from"] = counted.bytes_copied_from;
  counters["bytes_copied_to"] = counted.bytes_copied_to;
  counters["lines_flushed"] = counted.lines_flushed;
  counters["drains"] = counted.drains;
}

Result<CellDoneReply> Session::finish() {
  CellDoneReply reply;
  if (const Status kept = check_process(); !kept) return kept.error();
  if (!paced_) reply.counters["operations"] = operations_done_;
  // A mounted file system bypasses the device, which then counts nothing: a missing count is not a
  // count of none.
  const PathType* const path = find_path(cell_.path);
  if (path != nullptr && !path->needs_mount) count_device(reply.counters);
  if (fixture_) {
    for (const auto& [name, count] : fixture_->counters()) {
      reply.counters[name] += count - fixture_counters_before_[name];
    }
  }
  for (const OpenedDevice* opened : {host_.opened, host_.probe}) {
    if (opened == nullptr) continue;
    if (const Status still = opened->pages.unmoved(); !still) return still.error();
  }
  if (host_.does_work && life_ == nullptr) {
    team_->run_in_turn(
        [&](unsigned index) { threads_[index]->status = threads_[index]->workload->verify(); });
  }
  if (const Status kept = check_threads(reply); !kept) return kept.error();
  if (life_ != nullptr) reply.figures = life_->figures();
  if (groups_ != nullptr) reply.figures.merge(groups_->figures());
  Histogram histogram, service;
  for (const auto& thread : threads_) {
    histogram.merge(thread->histogram);
    service.merge(thread->service);
  }
  const Status sane =
      paced_ ? check_paced(reply) : check_operations(asked_per_s_ > 0 ? service : histogram);
  if (!sane) return sane.error();
  if (paced_) {
    LoadedDetails& loaded = reply.extra.loaded.emplace();
    loaded.chunk = task_.operations_a_chunk;
    loaded.asked_bytes_per_s = asked_bytes_per_s_;
    loaded.maximum_bytes_per_s = maximum_bytes_per_s_;
    loaded.load_threads = static_cast<unsigned>(threads_.size() - 1);
  }
  if (asked_per_s_ > 0) {
    reply.extra.open_loop =
        open_loop_details(cell_.arrival, asked_per_s_, peak_per_s_, service, host_.timer);
  }
  if (cell_.slots_ns != 0) reply.extra.slots = slot_details(threads_, host_.timer, cell_.seed);
  if (histogram.count() > 0) reply.histogram = histogram.sparse();
  return reply;
}

}  // namespace pmembench
