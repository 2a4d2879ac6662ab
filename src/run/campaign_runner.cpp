#include "run/campaign_runner.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "base/random.hpp"
#include "dax/sim_model.hpp"
#include "measure/stopping_rule.hpp"
#include "plan/arrival_keys.hpp"
#include "plan/cell_name.hpp"
#include "record/same_subject.hpp"
#include "run/budget.hpp"
#include "run/closed_rates.hpp"
#include "run/expected_replicates.hpp"
#include "run/measure_cell.hpp"
#include "run/run_outlook.hpp"
#include "run/slice_budget.hpp"

namespace pmembench {
namespace {

// A worker may take so long to start and open its medium, however little of the budget is left.
constexpr double kLeastOpening_ns = 10e9;

// One cell on its way through the run.
struct CellState {
  const Cell* cell = nullptr;
  Cell asked;                            // as workers are asked for it: its rate is not a share
  std::optional<Estimate> closed_per_s;  // that a share was of
  std::optional<Replicate> first;        // that all others are to resemble, without its slices
  std::vector<double> log_medians;       // one a replicate
  std::uint64_t operations = 0;          // of a slice and thread, once calibrated
  CoreWatch cores;
  bool failed = false;
  CellOutlook outlook;
};

class Run {
 public:
  Run(RunInput input, RunObserver& observer)
      : input_(std::move(input)),
        observer_(observer),
        settings_(input_.plan->settings),
        budget_(*input_.clock, settings_.budget_ns) {
    rule_ = {settings_.precision, settings_.minimum_replicates, settings_.maximum_replicates};
    collect_cells();
    all_simulated_ = std::all_of(cells_.begin(), cells_.end(), [](const CellState& state) {
      return is_model(state.cell->media);
    });
    first_slices_ = slices_within_budget(settings_, cells_.size());
  }

  Result<RunOutcome> rounds() {
    if (const Status known = find_shares(); !known) return known.error();
    for (unsigned round = first_round_; round < settings_.maximum_replicates; ++round) {
      if (open_cells(round).empty() || stopping()) break;
      const Status status = run_round(round);
      if (!status) return status.error();
    }
    outcome_.interrupted = interrupted();
    outcome_.budget_ended =
        !outcome_.interrupted && (budget_.over() || out_of_room_) && outlook_.open() > 0;
    outcome_.overran_ns =
        std::max(0.0, budget_.elapsed_ns() - static_cast<double>(settings_.budget_ns));
    return outcome_;
  }

 private:
  void collect_cells() {
    for (const Cell& cell : input_.plan->cells) {
      if (!cell.skip_reason.empty()) continue;
      CellState state;
      state.cell = &cell;
      state.asked = cell;
      state.failed =
          std::find(input_.failed.begin(), input_.failed.end(), cell.name) != input_.failed.end();
      for (const Replicate& replicate : input_.replicates[cell.name]) {
        ask_as_before(state, replicate);
        remember_first(state, replicate);
        state.log_medians.push_back(std::log(replicate.median_ns_per_operation));
      }
      state.outlook = outlook_of(state);
      outlook_.add(state.outlook);
      cells_.push_back(std::move(state));
    }
    std::size_t fewest = settings_.maximum_replicates;
    for (const CellState& state : cells_) {
      if (!state.failed) fewest = std::min(fewest, state.log_medians.size());
    }
    first_round_ = static_cast<unsigned>(fewest);
  }

  static void remember_first(CellState& state, const Replicate& replicate) {
    if (state.first) return;
    state.first.emplace();
    state.first->index = replicate.index;
    state.first->medium = replicate.medium;
    state.first->details.software = replicate.details.software;
  }

  // A resumed cell goes on at the rate that its replicates were asked for.
  static void ask_as_before(CellState& state, const Replicate& replicate) {
    const std::optional<OpenLoopDetails>& open = replicate.details.open_loop;
    if (!open || !asks_for_share(*state.cell)) return;
    state.asked.rate = fmt::format("{:.17g}", open->asked_per_s);
    state.closed_per_s = {open->closed_loop_per_s, open->closed_loop_low_per_s,
                          open->closed_loop_high_per_s, open->closed_loop_low_per_s > 0};
  }

  // Determines the rates for shares of the closed loop's rate, before anything is measured at them.
  Status find_shares() {
    std::vector<const Cell*> shares;
    for (const CellState& state : cells_) {
      if (state.outlook.open && asks_for_share(state.asked)) shares.push_back(state.cell);
    }
    if (shares.empty() || interrupted()) return {};
    const auto rates = measure_closed_rates(*input_.workers, shares, settings_.slice_ns);
    if (!rates && rates.error().kind == ErrorKind::interrupted) return {};
    if (!rates) return rates.error();
    for (CellState& state : cells_) {
      const auto found = rates->per_s.find(state.cell->name);
      if (found == rates->per_s.end()) continue;  // it fails again when it is measured
      state.closed_per_s = found->second;
      state.asked = at_share_of(found->second, state.asked);
    }
    return {};
  }

  [[nodiscard]] bool wants_more(const CellState& state) const {
    if (state.failed) return false;
    const auto taken = static_cast<unsigned>(state.log_medians.size());
    if (taken == 0) return true;
    Estimate estimate = hodges_lehmann(state.log_medians, settings_.confidence);
    // On the logarithm a relative half width is an absolute one.
    const double center = std::exp(estimate.estimate);
    estimate = {center, std::exp(estimate.low), std::exp(estimate.high), estimate.has_interval};
    return rule_.wants_more(estimate, taken);
  }

  [[nodiscard]] CellOutlook outlook_of(const CellState& state) const {
    CellOutlook outlook;
    if (state.failed) return outlook;
    const auto taken = static_cast<unsigned>(state.log_medians.size());
    outlook.open = wants_more(state);
    outlook.owed = settings_.minimum_replicates - std::min(taken, settings_.minimum_replicates);
    const auto expected = expected_replicates(state.log_medians, rule_);
    if (expected) outlook.to_come = std::max(*expected, taken + 1) - taken;
    return outlook;
  }
  void look_again(CellState& state) {
    outlook_.remove(state.outlook);
    state.outlook = outlook_of(state);
    outlook_.add(state.outlook);
  }

  // By device; a cell that is ahead of this round (resumed) waits for the others.
  std::map<std::string, std::vector<CellState*>> open_cells(unsigned round) {
    std::map<std::string, std::vector<CellState*>> devices;
    for (CellState& state : cells_) {
      if (!state.outlook.open || state.log_medians.size() > round) continue;
      devices[state.cell->worker_key()].push_back(&state);
    }
    return devices;
  }

  // Passes over all devices, in random order, until every cell had its replicate of this round.
  Status run_round(unsigned round) {
    for (auto devices = open_cells(round); !devices.empty() && !stopping();
         devices = open_cells(round)) {
      std::vector<std::string> order;
      std::size_t waiting = 0;
      for (const auto& [key, cells] : devices) {
        order.push_back(key);
        waiting += cells.size();
      }
      shuffle(order, mix_seed(settings_.seed + round));
      const std::uint64_t done_before = outcome_.replicates + outcome_.failed;
      for (const std::string& key : order) {
        const std::vector<CellState*>& cells = devices[key];
        share_end_ns_ = budget_.elapsed_ns() + budget_.left_ns() *
                                                   static_cast<double>(cells.size()) /
                                                   static_cast<double>(waiting);
        waiting -= cells.size();
        const Status status = run_device(cells, round);
        if (!status) return status;
        if (stopping()) return {};
      }
      // None of these fits into what is left of the budget; cells with shorter slices may.
      if (outcome_.replicates + outcome_.failed == done_before) {
        out_of_room_ = std::none_of(cells_.begin(), cells_.end(), [&](const CellState& state) {
          return state.outlook.open && fits(state);
        });
        return {};
      }
    }
    return {};
  }

  // Do the slices, and opening the medium for them, fit into what is left? The first cell of all is
  // tried however long its medium takes to open.
  [[nodiscard]] bool fits(const CellState& state, bool open_already = false) const {
    if (outcome_.replicates == 0) {
      return least_process_ns(settings_, state.asked) <= static_cast<double>(settings_.budget_ns);
    }
    const double slice_ns =
        std::max(static_cast<double>(settings_.slice_ns), interval_ns(state.asked));
    const auto opening = opening_ns_.find(state.cell->worker_key());
    const double before_ns = open_already || opening == opening_ns_.end() ? 0 : opening->second;
    return before_ns + static_cast<double>(slices_of(state) + 1) * slice_ns <= budget_.left_ns();
  }
  [[nodiscard]] unsigned slices_of(const CellState& state) const {
    return std::min(slices_now(), slices_within_budget(settings_, cells_.size(), state.asked));
  }
  // Takes cells off the end until the last one fits, if any does.
  void leave_out_what_does_not_fit(std::vector<CellState*>& cells, bool open_already) const {
    while (!cells.empty() && !fits(*cells.back(), open_already)) cells.pop_back();
  }
  [[nodiscard]] bool share_over() const { return budget_.elapsed_ns() >= share_end_ns_; }

  // One worker for the cells of a device that its share of the time holds, at least one; another
  // for the rest where it dies.
  Status run_device(std::vector<CellState*> cells, unsigned round) {
    const std::uint64_t seed =
        mix_seed(settings_.seed ^ mix_seed(fnv1a(cells.front()->cell->worker_key()) + round));
    shuffle(cells, seed);
    bool first = true;
    leave_out_what_does_not_fit(cells, false);
    while (!cells.empty() && !stopping() && (first || !share_over())) {
      tell(cells.front()->cell->name, round, cells.size());
      auto worker = input_.workers->start(*cells.front()->cell);
      if (!worker) return worker.error();
      const Status opened = open(**worker, *cells.front()->cell);
      if (!opened) {
        if (opened.error().kind == ErrorKind::interrupted || out_of_room_) return {};
        return fail_all(cells, opened.error());
      }
      while (!cells.empty() && (*worker)->alive() && !stopping() &&
             (std::exchange(first, false) || !share_over())) {
        CellState& state = *cells.back();
        cells.pop_back();
        tell(state.cell->name, round, cells.size() + 1);
        const Status status = run_cell(**worker, state, round, seed);
        if (!status) return status;
        leave_out_what_does_not_fit(cells, true);
      }
    }
    return {};
  }

  // Touching a large medium can take longer than everything else: it ends with the budget too.
  Status open(WorkerLink& worker, const Cell& cell) {
    const double begin_ns = budget_.elapsed_ns();
    const double most_ms = std::ceil(std::max(budget_.left_ns(), kLeastOpening_ns) / 1e6);
    const Status opened = worker.await_open_within(static_cast<std::uint64_t>(most_ms));
    const double took_ns = budget_.elapsed_ns() - begin_ns;
    opening_ns_[cell.worker_key()] = took_ns;
    if (opened || opened.error().code != ETIMEDOUT || took_ns < most_ms * 1e6) return opened;
    out_of_room_ = true;
    outcome_.not_opened = cell.media;
    return opened;
  }

  Status run_cell(WorkerLink& worker, CellState& state, unsigned round, std::uint64_t seed) {
    CellOrder order;
    order.cell = &state.asked;
    order.replicate = round;
    order.seed = seed;
    order.slices = slices_of(state);
    order.slice_ns = settings_.slice_ns;
    order.operations = state.operations;
    order.cores = state.cores;
    auto outcome = measure_cell(worker, order);
    if (!outcome && outcome.error().kind == ErrorKind::interrupted) return {};
    if (!outcome) return fail(state, outcome.error());
    if (state.closed_per_s) tell_base(*state.closed_per_s, outcome->replicate);
    remember_first(state, outcome->replicate);
    const std::string other = subject_difference(*state.first, outcome->replicate);
    if (!other.empty()) return fail(state, {ErrorKind::runtime, other, 0});
    state.operations = outcome->operations;
    state.cores = outcome->cores;
    slices_taken_ += order.slices;
    state.log_medians.push_back(std::log(outcome->replicate.median_ns_per_operation));
    look_again(state);
    ++outcome_.replicates;
    return observer_.replicate(*state.cell, outcome->replicate);
  }

  static void tell_base(const Estimate& closed_per_s, Replicate& replicate) {
    if (!replicate.details.open_loop) return;
    OpenLoopDetails& open = *replicate.details.open_loop;
    open.closed_loop_per_s = closed_per_s.estimate;
    open.closed_loop_low_per_s = closed_per_s.low;
    open.closed_loop_high_per_s = closed_per_s.high;
  }

  Status fail(CellState& state, const Error& error) {
    state.failed = true;
    look_again(state);
    ++outcome_.failed;
    return observer_.failure(*state.cell, error);
  }

  Status fail_all(const std::vector<CellState*>& cells, const Error& error) {
    for (CellState* state : cells) {
      const Status told = fail(*state, error);
      if (!told) return told;
    }
    return {};
  }

  [[nodiscard]] bool interrupted() const { return input_.workers->interrupted(); }
  [[nodiscard]] bool stopping() const { return interrupted() || budget_.over() || out_of_room_; }

  void tell(const std::string& cell, unsigned round, std::size_t left_in_device) {
    Progress progress;
    progress.cell = cell;
    progress.cells = cells_.size();
    progress.open = outlook_.open();
    progress.round = round + 1;
    progress.done = outcome_.replicates;
    progress.elapsed_s = budget_.elapsed_s();
    progress.left_s = expected_left_s(left_in_device);
    observer_.progress(progress);
  }

  // Replicates count for more than slices: where the host turns out slower than planned, cells get
  // fewer slices, so that the budget still holds the minimum of replicates.
  [[nodiscard]] unsigned slices_now() const {
    const std::uint64_t left = outlook_.owed();
    // What is simulated is the same however fast this host is.
    if (slices_taken_ == 0 || left == 0 || all_simulated_) return first_slices_;
    const double slice_cost = budget_.elapsed_ns() / static_cast<double>(slices_taken_);
    const double slices = kBudgetShare * budget_.left_ns() / static_cast<double>(left) / slice_cost;
    return static_cast<unsigned>(
        std::clamp<double>(slices, std::min(kFewestSlices, settings_.slices), first_slices_));
  }

  // The pace so far times the replicates that are still to come, at most what is left of the
  // budget. While no cell has a spread, it is unknown: the middle, as a factor, of the least and
  // the most that it can be.
  [[nodiscard]] double expected_left_s(std::size_t left_in_device) const {
    const double budget_left_s = budget_.left_ns() * 1e-9;
    if (outcome_.replicates == 0) return budget_left_s;
    const double pace_s = budget_.elapsed_s() / static_cast<double>(outcome_.replicates);
    const auto least =
        static_cast<double>(std::max<std::uint64_t>(outlook_.owed(), left_in_device));
    const double least_s = std::min(pace_s * least, budget_left_s);
    const std::optional<double> wanted = outlook_.expected_to_come();
    if (!wanted) return std::sqrt(least_s * budget_left_s);
    return std::clamp(pace_s * *wanted, least_s, budget_left_s);
  }

  RunInput input_;
  RunObserver& observer_;
  MeasureSettings settings_;
  StoppingRule rule_;
  Budget budget_;
  std::vector<CellState> cells_;
  RunOutlook outlook_;  // of them all
  unsigned first_slices_ = 0;
  bool all_simulated_ = false;
  std::uint64_t slices_taken_ = 0;
  unsigned first_round_ = 0;
  std::map<std::string, double> opening_ns_;  // of a worker's medium, when it was last opened
  double share_end_ns_ = 0;   // of the elapsed time: when the next device is measured
  bool out_of_room_ = false;  // no cell fits into what is left of the budget
  RunOutcome outcome_;
};

}  // namespace

Result<RunOutcome> run_plan(RunInput input, RunObserver& observer) {
  PMB_CHECK(input.plan != nullptr && input.clock != nullptr && input.workers != nullptr,
            "a run has a plan, a clock and workers");
  return Run(std::move(input), observer).rounds();
}

}  // namespace pmembench
