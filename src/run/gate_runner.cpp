#include "run/gate_runner.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>
#include <nlohmann/json.hpp>

#include "base/random.hpp"
#include "plan/cell_name.hpp"
#include "platform/topology.hpp"
#include "run/block_order.hpp"
#include "run/gate_media.hpp"
#include "run/gate_trio.hpp"

namespace pmembench {
namespace {

constexpr std::array<Arm, kArms> kAllArms{Arm::base, Arm::control, Arm::head};

Error interruption() { return {ErrorKind::runtime, "interrupted", EINTR}; }

}  // namespace

struct GateRunner::CellState {
  const Cell* cell = nullptr;
  ArmSamples samples;
  [[nodiscard]] bool runs() const {
    return std::all_of(std::begin(samples.missing), std::end(samples.missing),
                       [](const std::string& reason) { return reason.empty(); });
  }
};

struct GateRunner::Trio {
  // What they made goes after the workers, which remove them themselves unless they die.
  std::array<LeftBehind, kArms> left;
  std::array<std::unique_ptr<WorkerProcess>, kArms> workers;
  std::array<OpenedReply, kArms> opened;
  std::array<std::string, kArms> media;
  [[nodiscard]] bool alive() const {
    return std::all_of(workers.begin(), workers.end(),
                       [](const auto& worker) { return worker && worker->alive(); });
  }
};

bool GateRunner::interrupted() const {
  return input_.interrupted != nullptr && input_.interrupted->load(std::memory_order_relaxed);
}

void GateRunner::set_plants(const std::array<std::optional<double>, kArms>& plants) {
  for (std::size_t arm = 0; arm < kArms; ++arm) input_.arms[arm].plant = plants[arm];
}

Result<std::vector<ArmSamples>> GateRunner::measure(const GateStage& stage) {
  std::vector<CellState> states;
  for (const Cell* cell : stage.cells) {
    CellState state{cell, {}};
    state.samples.cell = cell->name;
    if (!cell->skip_reason.empty()) {
      for (std::string& missing : state.samples.missing) {
        missing = "it cannot run here: " + cell->skip_reason;
      }
    }
    states.push_back(std::move(state));
  }
  cells_ = static_cast<std::size_t>(
      std::count_if(states.begin(), states.end(), [](const auto& state) { return state.runs(); }));
  trios_done_ = 0;
  trios_planned_ = cells_ * stage.replicates;
  stage_begin_ns_ = input_.clock->now_ns();
  for (round_ = 0; round_ < stage.replicates; ++round_) {
    if (stage.until_ns != 0 && input_.clock->now_ns() >= stage.until_ns) break;
    std::map<std::string, std::vector<CellState*>> devices;
    for (CellState& state : states) {
      if (state.runs()) devices[state.cell->device_key()].push_back(&state);
    }
    std::vector<std::string> order;
    for (const auto& [key, cells] : devices) order.push_back(key);
    const unsigned replicate = replicates_done_++;
    shuffle(order, mix_seed(input_.plan->settings.seed + replicate));
    for (const std::string& key : order) {
      const Status status = run_device(devices[key], replicate);
      if (!status) return status.error();
    }
  }
  std::vector<ArmSamples> samples;
  for (CellState& state : states) samples.push_back(std::move(state.samples));
  return samples;
}

Status GateRunner::run_device(std::vector<CellState*> cells, unsigned replicate) {
  const std::uint64_t seed = mix_seed(
      input_.plan->settings.seed ^ mix_seed(fnv1a(cells.front()->cell->device_key()) + replicate));
  shuffle(cells, seed);
  while (!cells.empty()) {
    Trio trio;
    const Status opened = open(trio, *cells.front()->cell, replicate, cells);
    if (!opened) return opened;
    while (!cells.empty() && trio.alive()) {
      if (interrupted()) return interruption();
      CellState& state = *cells.back();
      cells.pop_back();
      tell(state.cell->name);
      const Status status = run_cell(trio, state, replicate, mix_seed(seed + cells.size()));
      if (!status) return status;
    }
  }
  return {};
}

// The arms open at the same time: nothing is measured meanwhile, and mapping and first touch are
// most of what a start costs. They are asked in the order of opening_order. An arm that cannot
// fails all of the device's cells, which are gone from `cells` then.
Status GateRunner::open(Trio& trio, const Cell& cell, unsigned replicate,
                        std::vector<CellState*>& cells) {
  std::array<std::string, kArms> failures;
  const auto fail = [&](std::size_t arm, const Error& error) { failures[arm] = error.message; };
  for (const Arm arm : kAllArms) {
    const auto at = static_cast<std::size_t>(arm);
    auto media = media_of_arm(cell_of_arm(input_.arms[at], cell).media, arm, input_.destroy, "/");
    if (!media) return media.error();
    trio.media[at] = *std::move(media);
  }
  const Status fits = check_three_media(trio.media, available_memory_bytes("/"));
  if (!fits) return fits;
  for (const Arm each : opening_order(replicate)) {
    const auto arm = static_cast<std::size_t>(each);
    const GateArm& how = input_.arms[arm];
    auto worker = WorkerProcess::start(how.worker_command, how.environment);
    if (!worker) return worker.error();
    trio.workers[arm] = *std::move(worker);
    Cell own = cell_of_arm(how, cell);
    own.media = trio.media[arm];
    OpenRequest request = open_request_for(own);
    request.destroy = input_.destroy;
    request.plugins = how.plugins;
    request.without_cpu = how.without_cpu;
    trio.workers[arm]->send(to_json(request));
  }
  bool signalled = false;
  for (std::size_t arm = 0; arm < kArms; ++arm) {
    const auto answer = trio.workers[arm]->receive(kOpenTimeout_ms);
    signalled = signalled || (!answer && answer.error().code == EINTR);
    const auto opened = answer ? opened_reply_from_json(*answer) : answer.error();
    if (!opened) {
      fail(arm, opened.error());
      continue;
    }
    trio.opened[arm] = *opened;
    trio.left[arm] = made_by(*opened, trio.media[arm]);
  }
  if (signalled || interrupted()) return interruption();
  const bool all = std::all_of(failures.begin(), failures.end(),
                               [](const std::string& failure) { return failure.empty(); });
  if (all) return {};
  for (CellState* state : cells) {
    std::copy(failures.begin(), failures.end(), std::begin(state->samples.missing));
  }
  cells.clear();
  return {};
}

Status GateRunner::run_cell(Trio& trio, CellState& state, unsigned replicate, std::uint64_t seed) {
  const MeasureSettings& settings = input_.plan->settings;
  TrioOrder order;
  order.index = replicate;
  order.seed = seed;
  order.slices = settings.slices;
  order.slice_ns = settings.slice_ns;
  order.operations = operations_[state.cell->name];
  for (std::size_t arm = 0; arm < kArms; ++arm) {
    TrioArm& seat = order.arms[arm];
    seat.ask = [this, worker = trio.workers[arm].get()](const nlohmann::json& message,
                                                        std::uint64_t timeout_ms) {
      if (interrupted()) return Result<nlohmann::json>(interruption());
      return worker->ask(message, timeout_ms);
    };
    seat.cell = cell_of_arm(input_.arms[arm], *state.cell);
    seat.cell.media = trio.media[arm];
    seat.opened = trio.opened[arm];
    seat.plant = input_.arms[arm].plant;
  }
  auto outcome = drive_trio(order);
  if (!outcome) return outcome.error();
  ++trios_done_;
  std::copy(outcome->failures.begin(), outcome->failures.end(), std::begin(state.samples.missing));
  if (!outcome->whole()) return {};
  operations_[state.cell->name] = outcome->operations;
  state.samples.trios.push_back(std::move(outcome->trio));
  return {};
}

void GateRunner::tell(const std::string& cell) {
  if (!input_.progress) return;
  Progress progress;
  progress.cell = cell;
  progress.cells = progress.open = cells_;
  progress.round = round_ + 1;
  progress.done = trios_done_;
  progress.elapsed_s = static_cast<double>(input_.clock->now_ns() - stage_begin_ns_) * 1e-9;
  if (trios_done_ > 0 && trios_planned_ > trios_done_) {
    progress.left_s = progress.elapsed_s / static_cast<double>(trios_done_) *
                      static_cast<double>(trios_planned_ - trios_done_);
  }
  input_.progress(progress);
}

}  // namespace pmembench
