#include "cluster/cluster_run.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/random.hpp"
#include "measure/estimate.hpp"
#include "measure/stopping_rule.hpp"
#include "measure/stragglers.hpp"
#include "results/row_parts.hpp"

namespace pmembench {
namespace {

struct CellOnAll {
  const Cell* cell = nullptr;
  std::vector<Replicate> totals;
  std::vector<std::uint64_t> operations;
  std::vector<CoreWatch> cores;
  bool wants_more = true;
};

class RunOnAll {
 public:
  RunOnAll(ClusterRunInput input, RunObserver& observer)
      : input_(std::move(input)), observer_(observer), settings_(input_.plan->settings) {
    for (const Cell& cell : input_.plan->cells) {
      if (!cell.skip_reason.empty() || !cluster_skip_reason(cell, input_.place.ranges).empty()) {
        continue;
      }
      CellOnAll state;
      state.cell = &cell;
      state.totals = std::move(input_.replicates[cell.name]);
      state.wants_more = cluster_wants_more(state.totals, settings_);
      cells_.push_back(std::move(state));
    }
  }

  Result<RunOutcome> run() {
    begin_ns_ = input_.clock->now_ns();
    for (unsigned round = 0; !stopping(); ++round) {
      std::vector<std::size_t> open;
      bool any = false;
      for (std::size_t i = 0; i < cells_.size(); ++i) {
        if (!cells_[i].wants_more) continue;
        any = true;
        // A cell that is ahead of this round (resumed) waits for the others.
        if (cells_[i].totals.size() <= round) open.push_back(i);
      }
      if (!any) break;
      shuffle(open, mix_seed(settings_.seed + round));
      for (const std::size_t index : open) {
        if (stopping()) break;
        if (const Status done = measure(cells_[index], round); !done) return done.error();
      }
    }
    outcome_.interrupted = interrupted();
    outcome_.budget_ended = elapsed_ns() >= static_cast<double>(settings_.budget_ns);
    outcome_.overran_ns = std::max(0.0, elapsed_ns() - static_cast<double>(settings_.budget_ns));
    return outcome_;
  }

 private:
  Status measure(CellOnAll& state, unsigned round) {
    const Cell& cell = *state.cell;
    observer_.progress(progress(cell, round));
    ClusterOrder order;
    order.cell = &cell;
    order.replicate = static_cast<unsigned>(state.totals.size());
    order.seed = mix_seed(settings_.seed + round);
    order.slices = settings_.slices;
    order.slice_ns = settings_.slice_ns;
    auto made =
        measure_on_all(*input_.conductor, input_.place, order, state.operations, state.cores);
    if (const auto* failure = std::get_if<ClusterFailure>(&made)) {
      if (failure->error.kind == ErrorKind::interrupted || interrupted()) return {};
      if (failure->of_run) return failure->error;
      state.wants_more = false;
      ++outcome_.failed;
      Status stored = observer_.failure(total_cell(cell, input_.conductor->size()), failure->error);
      for (const std::string& host : input_.conductor->hosts()) {
        if (stored) stored = observer_.failure_of_part(host_cell(cell, host), failure->error);
      }
      return stored;
    }
    const auto& replicates = std::get<ClusterReplicates>(made);
    const std::vector<std::string>& hosts = input_.conductor->hosts();
    for (std::size_t rank = 0; rank < hosts.size(); ++rank) {
      const Status stored =
          observer_.replicate(host_cell(cell, hosts[rank]), replicates.hosts[rank]);
      if (!stored) return stored;
    }
    state.totals.push_back(replicates.total);
    state.wants_more = cluster_wants_more(state.totals, settings_);
    ++outcome_.replicates;
    return observer_.replicate(total_cell(cell, hosts.size()), replicates.total);
  }

  [[nodiscard]] Progress progress(const Cell& cell, unsigned round) const {
    Progress now;
    now.cell = cell.name;
    now.cells = cells_.size();
    now.open = static_cast<std::size_t>(std::count_if(
        cells_.begin(), cells_.end(), [](const CellOnAll& each) { return each.wants_more; }));
    now.round = round + 1;
    now.done = outcome_.replicates;
    now.elapsed_s = elapsed_ns() * 1e-9;
    now.left_s = std::max(0.0, static_cast<double>(settings_.budget_ns) - elapsed_ns()) * 1e-9;
    return now;
  }

  [[nodiscard]] double elapsed_ns() const {
    return static_cast<double>(input_.clock->now_ns() - begin_ns_);
  }
  [[nodiscard]] bool interrupted() const {
    return input_.interrupted != nullptr && input_.interrupted->load(std::memory_order_relaxed);
  }
  // The first replicate of all is taken in any case.
  [[nodiscard]] bool stopping() const {
    const bool over = elapsed_ns() >= static_cast<double>(settings_.budget_ns);
    return interrupted() || (over && outcome_.replicates + outcome_.failed > 0);
  }

  ClusterRunInput input_;
  RunObserver& observer_;
  MeasureSettings settings_;
  std::vector<CellOnAll> cells_;
  std::uint64_t begin_ns_ = 0;
  RunOutcome outcome_;
};

}  // namespace

bool cluster_wants_more(const std::vector<Replicate>& totals, const MeasureSettings& settings) {
  const auto taken = static_cast<unsigned>(totals.size());
  if (taken == 0) return true;
  StoppingRule rule;
  rule.half_width = settings.precision;
  rule.minimum_replicates = settings.minimum_replicates;
  rule.maximum_replicates = settings.maximum_replicates;
  std::vector<double> log_medians;
  for (const Replicate& total : totals) {
    log_medians.push_back(std::log(total.median_ns_per_operation));
  }
  const Estimate on_log = hodges_lehmann(log_medians, settings.confidence);
  const Estimate estimate{std::exp(on_log.estimate), std::exp(on_log.low), std::exp(on_log.high),
                          on_log.has_interval};
  if (rule.wants_more(estimate, taken)) return true;
  rule.half_width = StragglerRules{}.equal_within / 3;
  const auto cluster = cluster_of(totals, settings.confidence);
  return cluster && cluster->hosts.size() > 1 &&
         std::any_of(cluster->hosts.begin(), cluster->hosts.end(),
                     [&](const RowHost& host) { return rule.wants_more(host.ratio, taken); });
}

Plan plan_with_hosts(const Plan& plan, const std::vector<std::string>& hosts, Ranges ranges) {
  Plan all = plan;
  all.cells.clear();
  for (Cell cell : plan.cells) {
    if (cell.skip_reason.empty()) cell.skip_reason = cluster_skip_reason(cell, ranges);
    all.cells.push_back(total_cell(cell, hosts.size()));
    for (const std::string& host : hosts) {
      if (cell.skip_reason.empty()) all.cells.push_back(host_cell(cell, host));
    }
  }
  return all;
}

Result<RunOutcome> run_on_all(ClusterRunInput input, RunObserver& observer) {
  PMB_CHECK(input.plan != nullptr && input.conductor != nullptr && input.clock != nullptr,
            "a run has a plan, ranks and a clock");
  return RunOnAll(std::move(input), observer).run();
}

}  // namespace pmembench
