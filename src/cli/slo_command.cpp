// pmembench slo: the highest rate at which a percentile of the latency keeps a bound.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "cli/campaign_options.hpp"
#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/interrupt.hpp"
#include "cli/media_checks.hpp"
#include "cli/output.hpp"
#include "cli/overrun.hpp"
#include "cli/probe_report.hpp"
#include "cli/utc_time.hpp"
#include "cli/version.hpp"
#include "platform/environment.hpp"
#include "platform/executable.hpp"
#include "results/slo_document.hpp"
#include "results/store.hpp"
#include "run/budget.hpp"
#include "run/slo_runner.hpp"
#include "workloads/workload.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

constexpr double kBudgetShare = 0.7;  // the rest: processes that start, calibration, warm-up
constexpr double kShortestTrial_ns = 50e6;
constexpr double kLongestTrial_ns = 2e9;

const char* state_name(RateSearch::State state) {
  switch (state) {
    case RateSearch::State::found:
      return "found";
    case RateSearch::State::never_kept:
      return "never_kept";
    case RateSearch::State::always_kept:
      return "always_kept";
    case RateSearch::State::cannot_tell:
      return "cannot_tell";
    case RateSearch::State::searching:
      break;
  }
  return "searching";
}

const char* answer_name(RateAnswer answer) {
  if (answer == RateAnswer::cannot_tell) return "cannot_tell";
  return answer == RateAnswer::kept ? "kept" : "missed";
}

json trial_json(const RateTrial& trial) {
  return {{"asked_per_s", trial.asked_per_s},
          {"achieved_per_s", trial.achieved_per_s},
          {"percentile_ns", trial.percentile_ns},
          {"service_percentile_ns", trial.service_percentile_ns},
          {"n", trial.n},
          {"rate_kept", trial.rate_kept},
          {"disturbed_share", trial.disturbed_share},
          {"answer", answer_name(trial.answer)},
          {"bound_kept", trial.answer == RateAnswer::kept}};
}

json finding_json(const RateFinding& finding) {
  json trials = json::array();
  for (const RateTrial& trial : finding.trials) trials.push_back(trial_json(trial));
  return {{"state", state_name(finding.state)},
          {"kept_per_s", finding.kept_per_s},
          {"missed_per_s", finding.missed_per_s},
          {"closed_loop_per_s", finding.closed_loop_per_s},
          {"trials", trials}};
}

SloProcessResult result_of(const RateFinding& finding) {
  SloProcessResult result{.state = finding.state,
                          .kept_per_s = finding.kept_per_s,
                          .missed_per_s = finding.missed_per_s,
                          .closed_loop_per_s = finding.closed_loop_per_s};
  for (const RateTrial& trial : finding.trials) {
    result.disturbed_share += trial.disturbed_share / static_cast<double>(finding.trials.size());
    if (trial.answer != RateAnswer::cannot_tell || !trial.rate_kept) continue;
    result.untold_operations = std::max(result.untold_operations, trial.n);
  }
  // The search begins at the lowest rate.
  if (!finding.trials.empty()) result.lowest_percentile_ns = finding.trials.front().percentile_ns;
  return result;
}

class SloCommand final : public Command {
 public:
  explicit SloCommand(CLI::App& app)
      : Command(app.add_subcommand("slo", "Find the highest rate that keeps a latency bound.")) {
    subcommand_->footer(
        "Operations begin at a rate that does not wait for earlier ones; the search finds the "
        "highest "
        "rate for each cell of the campaign.\n"
        "Example:\n  pmembench slo --slo p99=2us configs/latency.yaml --backend movnt");
    options_.add_to(*subcommand_, "Time for the whole search, such as 60s.");
    subcommand_->add_option("--slo", bound_, "The bound, such as p99=2us.")
        ->required()
        ->type_name("PERCENTILE=TIME");
    subcommand_->add_option("--arrival", arrival_, "How operations arrive.")
        ->check(CLI::IsMember({"poisson", "fixed"}))
        ->capture_default_str();
    subcommand_->add_option("--replicates", processes_, "Fresh processes that search each cell.")
        ->check(CLI::Range(1, 100))
        ->type_name("COUNT")
        ->capture_default_str();
    // The older spelling, for scripts that have it.
    subcommand_->add_option("--processes", processes_)->check(CLI::Range(1, 100))->group("");
    subcommand_
        ->add_option("--resolution", resolution_,
                     "Search until the rate is known within this percentage.")
        ->check(CLI::Range(0.1, 100.0))
        ->capture_default_str();
    subcommand_->add_option("--db", database_, "Store the results in this file.")
        ->type_name("FILE")
        ->capture_default_str();
    subcommand_->add_flag("--destroy", destroy_,
                          "Allow existing content of the media to be overwritten.");
    subcommand_->add_flag("--json", as_json_, "Print the findings as one JSON object.");
  }

  Result<int> run(const GlobalOptions& global) override {
    const std::atomic<bool>& interrupt = catch_interrupts();
    const auto bound = parse_latency_bound(bound_);
    if (!bound) return usage_error("--slo: {}", bound.error().message);
    const auto host = open_host(global);
    if (!host) return host.error();
    auto campaign = read_campaign_cells();
    if (!campaign) return campaign.error();
    const Topology topology = read_topology("/");
    auto plan = make_plan(*campaign, {&host->registry, &topology, destroy_, "/"});
    if (!plan) return plan.error();
    std::vector<NamedPath> inputs = media_paths(*plan);
    inputs.push_back({"the campaign", options_.file});
    const Status apart = keep_results_apart(database_, inputs);
    if (!apart) return apart.error();
    std::map<std::string, std::string> identities = media_identities(*plan);
    const Status usable = skip_unusable_media(*plan, host->registry, destroy_);
    if (!usable) return usable.error();
    choose_cells(*plan);
    SloInput input;
    input.bound = *bound;
    input.processes = processes_;
    input.resolution = resolution_ / 100;
    auto settings = worker_settings(*host, global, destroy_, interrupt);
    if (!settings) return settings.error();
    settings->identities = std::move(identities);
    WorkerLauncher workers(*std::move(settings));
    input.workers = &workers;
    return search(*plan, std::move(input), global);
  }

 private:
  Result<Campaign> read_campaign_cells() {
    // Single operations are what a bound is about; the rates are the search's own, so that cells
    // which differ in their rate alone are one.
    options_.assignments.emplace_back("timing=operation");
    options_.assignments.emplace_back("arrival=closed");
    return options_.read();
  }

  // A chain cannot wait for its turn, and null serves no requests.
  static void choose_cells(Plan& plan) {
    for (Cell& cell : plan.cells) {
      if (!cell.skip_reason.empty()) continue;
      const WorkloadType* type = find_workload(cell.workload);
      if (type->paced || type->dependent) {
        cell.skip_reason = fmt::format("the operations of {} do not come at a rate", cell.workload);
      } else if (!cell.capabilities.does_work) {
        cell.skip_reason = cell.backend + " does nothing that could be late";
      }
    }
  }

  static bool is_searched(const Cell& cell) { return cell.skip_reason.empty(); }

  // So much time for each rate that all searches fit the budget.
  [[nodiscard]] std::uint64_t trial_ns(const Plan& plan) const {
    const auto cells = std::count_if(plan.cells.begin(), plan.cells.end(), is_searched);
    const double halvings = std::log2(std::log(100.0) / std::log1p(resolution_ / 100));
    const double trials = static_cast<double>(std::max<std::ptrdiff_t>(1, cells)) * processes_ *
                          (3 + std::max(0.0, halvings));
    return static_cast<std::uint64_t>(
        std::clamp(kBudgetShare * static_cast<double>(plan.settings.budget_ns) / trials,
                   kShortestTrial_ns, kLongestTrial_ns));
  }

  Result<int> search(const Plan& plan, SloInput input, const GlobalOptions& global) {
    input.trial_ns = trial_ns(plan);
    input.slice_ns = std::clamp<std::uint64_t>(input.trial_ns / 5, 10'000'000, 100'000'000);
    auto store = Store::open(database_, Store::Mode::write);
    if (!store) return store.error();
    json cells = json::array();
    std::size_t searched = 0, found = 0;
    const MonotonicClock clock;
    const Budget budget(clock, plan.settings.budget_ns);
    auto cells_left = std::count_if(plan.cells.begin(), plan.cells.end(), is_searched);
    input.clock = &clock;
    bool stopped_early = false;
    for (const Cell& cell : plan.cells) {
      if (!cell.skip_reason.empty()) {
        cells.push_back({{"cell", cell.name}, {"status", "skipped"}, {"reason", cell.skip_reason}});
        continue;
      }
      input.cell = cell;
      input.cell.arrival = arrival_;
      input.seed = cell.seed;
      // At least 1 ns: an over budget still lets one process search each cell.
      input.budget_ns =
          1 + static_cast<std::uint64_t>(budget.left_ns() / static_cast<double>(cells_left--));
      const auto findings = search_rate(input);
      stopped_early = input.workers->interrupted();
      if (!findings) return findings.error();
      cells.push_back(cell_json(cell, input.bound, *findings));
      if (!stopped_early) tell_missing(cell, findings->size(), plan.settings.budget_ns);
      ++searched;
      if (cells.back()["verdict"] == "FOUND") ++found;
      if (!as_json_)
        print_text(
            fmt::format("{}\n  {}\n", cell.name, cells.back()["sentence"].get<std::string>()));
      if (stopped_early) break;
    }
    const auto budget_ns = static_cast<double>(plan.settings.budget_ns);
    say(stderr, overrun_text(budget.elapsed_ns() - budget_ns, budget_ns));
    return close(*store, std::move(cells), searched, found, stopped_early, global);
  }

  void tell_missing(const Cell& cell, std::size_t processes, std::uint64_t budget_ns) const {
    if (processes >= processes_) return;
    say(stderr, fmt::format("{}: {} of {} processes searched within the budget of {}: a percentile "
                            "needs many operations, and they take long at a low rate; give a "
                            "larger --budget, or ask for a lower percentile\n",
                            cell.name, processes, processes_,
                            format_duration_ns(static_cast<double>(budget_ns))));
  }

  [[nodiscard]] json cell_json(const Cell& cell, const LatencyBound& bound,
                               const std::vector<RateFinding>& findings) const {
    std::vector<SloProcessResult> processes;
    json all = json::array();
    for (const RateFinding& finding : findings) {
      processes.push_back(result_of(finding));
      all.push_back(finding_json(finding));
    }
    json result = to_json(summarise_slo(bound, processes));
    result["cell"] = cell.name;
    result["status"] = "ok";
    result["arrival"] = arrival_;
    result["processes"] = all;
    return result;
  }

  Result<int> close(Store& store, json cells, std::size_t searched, std::size_t found,
                    bool stopped_early, const GlobalOptions& global) const {
    json document = {{"schema", "pmembench-slo"}, {"version", 1},
                     {"bound", bound_},           {"command_line", global.command_line},
                     {"created_utc", now_utc()},  {"cells", std::move(cells)}};
    DocumentRecord record;
    record.kind = "slo";
    record.verdict = searched > 0 && found == searched ? "FOUND" : "NOT_FOUND";
    record.document = document;
    const auto saved = store.save_document(record);
    if (!saved) return saved.error();
    if (as_json_) print_json(document, 2);
    if (stopped_early) return kStatusInterrupted;
    if (searched == 0) {
      return environment_error("no cell of {} can be searched here: {}", options_.file,
                               document["cells"].empty()
                                   ? std::string("it has none")
                                   : document["cells"].front()["reason"].get<std::string>());
    }
    if (!as_json_) print_text(fmt::format("the trials are in {}\n", database_));
    return kStatusDone;
  }

  CampaignOptions options_;
  std::string bound_, arrival_ = "poisson", database_ = "pmembench.db";
  unsigned processes_ = 6;
  double resolution_ = 5;
  bool destroy_ = false, as_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_slo_command(CLI::App& app) {
  return std::make_unique<SloCommand>(app);
}

}  // namespace pmembench
