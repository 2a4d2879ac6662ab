#include "run/gate_runner.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "base/random.hpp"
#include "plan/cell_name.hpp"
#include "platform/topology.hpp"
#include "run/block_order.hpp"
#include "run/gate_media.hpp"
#include "run/measure_arms.hpp"

namespace pmembench {
namespace {

constexpr std::array<Arm, kArms> kAllArms{Arm::base, Arm::control, Arm::head};

}  // namespace

struct GateRunner::CellState {
  const Cell* cell = nullptr;
  ArmSamples samples;
  [[nodiscard]] bool runs() const {
    return std::all_of(std::begin(samples.missing), std::end(samples.missing),
                       [](const std::string& reason) { return reason.empty(); });
  }
};

struct GateRunner::Workers {
  std::array<std::unique_ptr<WorkerLink>, kArms> links;
  std::array<std::string, kArms> media;

  [[nodiscard]] bool alive() const {
    return std::all_of(links.begin(), links.end(),
                       [](const auto& worker) { return worker && worker->alive(); });
  }
};

void GateRunner::set_slowdowns(const std::array<std::optional<double>, kArms>& slowdowns) {
  for (std::size_t arm = 0; arm < kArms; ++arm) input_.arms[arm].slowdown = slowdowns[arm];
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
  if (const Status known = find_shares(states); !known) return known.error();
  cells_ = static_cast<std::size_t>(
      std::count_if(states.begin(), states.end(), [](const auto& state) { return state.runs(); }));
  triples_done_ = 0;
  triples_planned_ = cells_ * stage.replicates;
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

// All arms are asked for one rate: the share of what the base does without waiting.
Status GateRunner::find_shares(const std::vector<CellState>& states) {
  const GateArm& base = input_.arms[static_cast<std::size_t>(Arm::base)];
  std::vector<Cell> shares;
  for (const CellState& state : states) {
    const std::string& name = state.cell->name;
    if (!state.runs() || !asks_for_share(*state.cell) || closed_.per_s.contains(name)) continue;
    Cell own = cell_of_arm(base, *state.cell);
    auto media = media_of_arm(own.media, Arm::base, input_.destroy, "/");
    if (!media) return media.error();
    own.media = *std::move(media);
    shares.push_back(std::move(own));
  }
  if (shares.empty()) return {};
  std::vector<const Cell*> cells;
  for (const Cell& cell : shares) cells.push_back(&cell);
  const auto rates =
      measure_closed_rates(*input_.workers.front(), cells, input_.plan->settings.slice_ns);
  if (!rates) return rates.error();
  closed_.per_s.insert(rates->per_s.begin(), rates->per_s.end());
  return {};
}

Status GateRunner::run_device(std::vector<CellState*> cells, unsigned replicate) {
  const std::uint64_t seed = mix_seed(
      input_.plan->settings.seed ^ mix_seed(fnv1a(cells.front()->cell->device_key()) + replicate));
  shuffle(cells, seed);
  while (!cells.empty()) {
    Workers workers;
    const Status opened = open(workers, *cells.front()->cell, replicate, cells);
    if (!opened) return opened;
    while (!cells.empty() && workers.alive()) {
      if (interrupted()) return interruption();
      CellState& state = *cells.back();
      cells.pop_back();
      tell(state.cell->name);
      const Status status = run_cell(workers, state, replicate, mix_seed(seed + cells.size()));
      if (!status) return status;
    }
  }
  return {};
}

// The arms open at the same time: nothing is measured meanwhile, and mapping and first touch are
// most of what a start costs. They are asked in the order of opening_order. An arm that cannot
// fails all of the device's cells, which are gone from `cells` then.
Status GateRunner::open(Workers& workers, const Cell& cell, unsigned replicate,
                        std::vector<CellState*>& cells) {
  for (const Arm arm : kAllArms) {
    const auto at = static_cast<std::size_t>(arm);
    auto media = media_of_arm(cell_of_arm(input_.arms[at], cell).media, arm, input_.destroy, "/");
    if (!media) return media.error();
    workers.media[at] = *std::move(media);
  }
  const Status fits = check_three_media(workers.media, available_memory_bytes("/"));
  if (!fits) return fits;
  for (const Arm each : opening_order(replicate)) {
    const auto arm = static_cast<std::size_t>(each);
    Cell own = cell_of_arm(input_.arms[arm], cell);
    own.media = workers.media[arm];
    auto worker = input_.workers[arm]->start(own);
    if (!worker) return worker.error();
    workers.links[arm] = *std::move(worker);
  }
  std::array<std::string, kArms> failures;
  bool all = true;
  for (std::size_t arm = 0; arm < kArms; ++arm) {
    const Status opened = workers.links[arm]->await_open();
    if (opened) continue;
    if (opened.error().kind == ErrorKind::interrupted) return opened;
    failures[arm] = opened.error().message;
    all = false;
  }
  if (interrupted()) return interruption();
  if (all) return {};
  for (CellState* state : cells) {
    std::copy(failures.begin(), failures.end(), std::begin(state->samples.missing));
  }
  cells.clear();
  return {};
}

Status GateRunner::run_cell(Workers& workers, CellState& state, unsigned replicate,
                            std::uint64_t seed) {
  const MeasureSettings& settings = input_.plan->settings;
  ArmsOrder order;
  order.index = replicate;
  order.seed = seed;
  order.slices = settings.slices;
  order.slice_ns = settings.slice_ns;
  order.operations = operations_[state.cell->name];
  for (std::size_t arm = 0; arm < kArms; ++arm) {
    MeasuredArm& measured = order.arms[arm];
    measured.worker = workers.links[arm].get();
    measured.cell = cell_of_arm(input_.arms[arm], *state.cell);
    measured.cell.media = workers.media[arm];
    const auto closed = closed_.per_s.find(state.cell->name);
    if (closed != closed_.per_s.end()) {
      measured.cell = at_share_of(closed->second, std::move(measured.cell));
    }
    measured.slowdown = input_.arms[arm].slowdown;
  }
  auto outcome = measure_arms(order);
  if (!outcome) return outcome.error();
  ++triples_done_;
  std::copy(outcome->failures.begin(), outcome->failures.end(), std::begin(state.samples.missing));
  if (!outcome->whole()) return {};
  operations_[state.cell->name] = outcome->operations;
  state.samples.triples.push_back(std::move(outcome->triple));
  return {};
}

void GateRunner::tell(const std::string& cell) {
  if (!input_.progress) return;
  Progress progress;
  progress.cell = cell;
  progress.cells = progress.open = cells_;
  progress.round = round_ + 1;
  progress.done = triples_done_;
  progress.elapsed_s = static_cast<double>(input_.clock->now_ns() - stage_begin_ns_) * 1e-9;
  if (triples_done_ > 0 && triples_planned_ > triples_done_) {
    progress.left_s = progress.elapsed_s / static_cast<double>(triples_done_) *
                      static_cast<double>(triples_planned_ - triples_done_);
  }
  input_.progress(progress);
}

}  // namespace pmembench
