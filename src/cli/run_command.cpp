// pmembench run: measures a campaign.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "cli/campaign_options.hpp"
#include "cli/commands.hpp"
#include "cli/derived_text.hpp"
#include "cli/headline_text.hpp"
#include "cli/host.hpp"
#include "cli/interrupt.hpp"
#include "cli/media_checks.hpp"
#include "cli/output.hpp"
#include "cli/probe_report.hpp"
#include "cli/recorder.hpp"
#include "cli/result_table.hpp"
#include "cli/run_time_text.hpp"
#include "cli/strict.hpp"
#include "cli/text_table.hpp"
#include "cli/utc_time.hpp"
#include "cli/version.hpp"
#include "platform/environment.hpp"
#include "platform/executable.hpp"
#include "platform/host_load.hpp"
#include "platform/memory_attributes.hpp"
#include "record/codec.hpp"
#include "results/run_warnings.hpp"
#include "results/stored_derived.hpp"
#include "run/campaign_runner.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

json plan_json(const Plan& plan) {
  json cells = json::array();
  for (const Cell& cell : plan.cells) cells.push_back(to_json(cell));
  const MeasureSettings& settings = plan.settings;
  return {{"campaign", plan.campaign_name},
          {"file", plan.campaign_file},
          {"settings",
           {{"budget_ns", settings.budget_ns},
            {"precision", settings.precision},
            {"confidence", settings.confidence},
            {"minimum_replicates", settings.minimum_replicates},
            {"maximum_replicates", settings.maximum_replicates},
            {"slices", settings.slices},
            {"slice_ns", settings.slice_ns},
            {"seed", settings.seed}}},
          {"cells", cells}};
}

std::string plan_text(const Plan& plan) {
  TextTable table({{"cell"}, {"will it run"}});
  std::size_t runs = 0;
  for (const Cell& cell : plan.cells) {
    runs += cell.skip_reason.empty() ? 1 : 0;
    table.add({cell.name, cell.skip_reason.empty() ? "yes" : "no: " + cell.skip_reason});
  }
  return table.text() + fmt::format("\n{} of {} cells can run.\n", runs, plan.cells.size()) +
         run_time_text(plan);
}

class RunCommand final : public Command {
 public:
  explicit RunCommand(CLI::App& app) : Command(app.add_subcommand("run", "Measure a campaign.")) {
    subcommand_->footer(
        "Examples:\n  pmembench run quick\n"
        "  pmembench run configs/quick.yaml --media /dev/dax0.0 --destroy --budget 5m\n"
        "  pmembench run quick --set operation_size=64 --set threads=1,2 --dry-run");
    options_.add_to(*subcommand_, "Time for the whole run, such as 60s.");
    options_.add_replicates_to(*subcommand_);
    subcommand_->add_option("--db", database_, "Store the results in this file.")
        ->type_name("FILE")
        ->capture_default_str();
    subcommand_->add_flag("--destroy", destroy_,
                          "Allow existing content of the media to be overwritten.");
    subcommand_->add_flag("--resume", resume_, "Continue the newest unfinished run of this plan.");
    subcommand_->add_flag("--dry-run", dry_run_, "Print the plan and measure nothing.");
    subcommand_->add_flag("--strict", strict_,
                          "Fail with status 4 if a measured row has a warning.");
    view_.add_to(*subcommand_);
    subcommand_->add_flag("--json", as_json_,
                          "Print rows as JSON lines, and a plan as one object.");
  }

  Result<int> run(const GlobalOptions& global) override {
    const std::atomic<bool>& interrupt = catch_interrupts();
    if (const Status known = view_.read(); !known) return known.error();
    auto campaign = options_.read();
    if (!campaign) return campaign.error();
    const auto host = open_host(global);
    if (!host) return host.error();
    Topology topology = read_topology("/");
    // What hwloc cannot read it does not rate.
    if (const auto more = read_memory_attributes(); more) add_memory_attributes(*more, topology);
    auto plan = make_plan(*campaign, {&host->registry, &topology, destroy_, "/"});
    if (!plan) return plan.error();
    std::map<std::string, std::string> identities = media_identities(*plan);
    const Status usable = skip_unusable_media(*plan, host->registry, destroy_);
    if (!usable && !dry_run_) return usable.error();
    if (dry_run_) {
      as_json_ ? print_json(plan_json(*plan), 2) : print_text(plan_text(*plan));
      return kStatusDone;
    }
    std::vector<NamedPath> inputs = media_paths(*plan);
    inputs.push_back({"the campaign", options_.file});
    const Status apart = keep_results_apart(database_, inputs);
    if (!apart) return apart.error();
    auto store = Store::open(database_, Store::Mode::write);
    if (!store) return store.error();
    auto settings = worker_settings(*host, global, destroy_, interrupt);
    if (!settings) return settings.error();
    // A medium that was there and empty holds this run's bytes from now on.
    const bool filled = std::any_of(identities.begin(), identities.end(), [](const auto& medium) {
      return medium.second != "nothing" && !medium.second.starts_with("directory");
    });
    if (filled && !destroy_) to_go_on_ = "--resume --destroy";
    settings->identities = std::move(identities);
    kernels_ = settings->kernels;
    WorkerLauncher workers(*std::move(settings));
    RunInput input;
    input.plan = &*plan;
    input.workers = &workers;
    return measure(std::move(input), *store, global.command_line);
  }

 private:
  Result<int> measure(RunInput input, Store& store, const std::string& command_line) {
    ProgressLine line(stderr, isatty(STDERR_FILENO) != 0);
    const MonotonicClock clock;
    const Plan& plan = *input.plan;
    const Result<std::int64_t> id = begin(plan, store, command_line, input);
    if (!id) return id.error();
    Recorder recorder(store, *id, plan, clock, line);
    recorder.adopt(input.replicates);
    input.clock = &clock;
    say(stderr, run_time_text(plan));
    const auto load_before = read_host_load("/");
    const auto outcome = run_plan(std::move(input), recorder);
    const RunConditions conditions = conditions_since(load_before);
    line.clear();
    if (!outcome) {
      (void)recorder.store_rows();
      (void)store.finish_run(*id, "failed");
      return outcome.error();
    }
    recorder.set_run_warnings(run_warnings(conditions));
    Status closed = recorder.finish();
    if (closed) closed = save_documents(store, *id, conditions);
    const bool whole = !outcome->interrupted && recorder.unmeasured() == 0 && recorder.begun() == 0;
    if (closed) closed = store.finish_run(*id, whole ? "done" : "interrupted");
    if (!closed) return closed.error();
    const Status shown = show(store, recorder.rows(), *id);
    if (!shown) return shown.error();
    tell_overrun(*outcome, plan.settings.budget_ns);
    return verdict(*outcome, recorder, plan.settings.minimum_replicates);
  }

  static void tell_overrun(const RunOutcome& outcome, std::uint64_t budget_ns) {
    constexpr double kWorthTelling = 0.1;
    const auto budget = static_cast<double>(budget_ns);
    if (outcome.overran_ns <= std::max(kWorthTelling * budget, 1e9)) return;
    say(stderr,
        fmt::format("the run took {} more than its budget of {}: what had begun was brought "
                    "to its end; shorter slices overrun less\n",
                    format_duration_ns(outcome.overran_ns), format_duration_ns(budget)));
  }

  static RunConditions conditions_since(const std::optional<HostLoad>& before) {
    RunConditions conditions;
    conditions.environment = read_environment("/");
    conditions.nodes = read_topology("/").nodes.size();
    const auto after = read_host_load("/");
    if (before && after) conditions.other_load = other_load(*before, *after);
    return conditions;
  }

  static Status save_documents(Store& store, std::int64_t run, const RunConditions& conditions) {
    const auto kept = store.save_document({0, "", "conditions", run, "", to_json(conditions)});
    if (!kept) return kept.error();
    return save_derived(store, run);
  }

  // A new run in the store, or the unfinished one with what it has.
  Result<std::int64_t> begin(const Plan& plan, Store& store, const std::string& command_line,
                             RunInput& input) const {
    const std::string machine = machine_fingerprint("/");
    if (resume_) {
      const auto unfinished = store.unfinished(plan.fingerprint(), machine);
      if (!unfinished) return unfinished.error();
      if (*unfinished) return resume(**unfinished, plan, store, input);
      say(stderr,
          fmt::format("{} has no unfinished run of this campaign to go on with: this is a new "
                      "run\n",
                      database_));
    }
    RunRecord record;
    record.started_utc = now_utc();
    record.status = "running";
    record.campaign = plan.campaign_name;
    record.plan_fingerprint = plan.fingerprint();
    record.machine_fingerprint = machine;
    record.version = kVersion;
    record.command_line = command_line;
    record.seed = plan.settings.seed;
    record.environment = probe_json("/");
    record.plan = plan_json(plan);
    return store.begin_run(record);
  }

  Result<std::int64_t> resume(const RunRecord& unfinished, const Plan& plan, Store& store,
                              RunInput& input) const {
    std::size_t found = 0;
    for (const Cell& cell : plan.cells) {
      auto replicates = store.replicates(unfinished.id, cell.name);
      if (!replicates) return replicates.error();
      found += replicates->size();
      if (!replicates->empty() && replicates->front().details.kernel) {
        kernels_->remember(cell, *replicates->front().details.kernel);
      }
      if (!replicates->empty()) input.replicates[cell.name] = *std::move(replicates);
    }
    const Status reopened = store.reopen_run(unfinished.id);
    if (!reopened) return reopened.error();
    say(stderr, fmt::format("going on with run {} of {}, which has {} replicate{}\n", unfinished.id,
                            unfinished.started_utc, found, found == 1 ? "" : "s"));
    return unfinished.id;
  }

  Status show(const Store& store, const std::vector<Row>& rows, std::int64_t id) const {
    const auto record = store.run(id);
    if (!record) return record.error();
    const auto derived = derived_of(store, *record);
    if (!derived) return derived.error();
    if (as_json_) {
      for (const Row& row : rows) print_json(to_json(row), -1);
      print_data(durability_json_lines(derived->durability, derived->crossovers));
    } else {
      print_text(fmt::format("{}{}\n{}\nrun {} is in {}\n", result_text(rows, view_),
                             derived_text(derived->tables), headline_text(*derived), id,
                             database_));
    }
    std::fflush(stdout);
    return {};
  }

  // What the rows come to, as an exit status and a sentence.
  Result<int> verdict(const RunOutcome& outcome, const Recorder& recorder,
                      unsigned minimum_replicates) const {
    if (outcome.interrupted) {
      say(stderr,
          fmt::format(
              "interrupted: {} replicate{} of this session are kept in {}; the same command "
              "with {} goes on\n",
              outcome.replicates, outcome.replicates == 1 ? "" : "s", database_, to_go_on_));
      return kStatusInterrupted;
    }
    const std::size_t failed = outcome.failed + recorder.contradicted();
    if (failed > 0) {
      return runtime_error("{} cell{} failed; the results say which and why", failed,
                           failed == 1 ? "" : "s");
    }
    const std::size_t unmeasured = recorder.unmeasured();
    if (recorder.measured() == 0 && unmeasured == 0) {
      return environment_error("no cell of {} can run here; the results say why", options_.file);
    }
    if (unmeasured > 0 || recorder.begun() > 0) {
      say(stderr,
          fmt::format(
              "unfinished: the budget ended with {} of {} cells not measured and {} more below {} "
              "process{}; repeat the command with {}, or give a larger --budget\n",
              unmeasured, unmeasured + recorder.measured(), recorder.begun(), minimum_replicates,
              minimum_replicates == 1 ? "" : "es", to_go_on_));
      return kStatusUnfinished;
    }
    if (strict_) return strict_verdict(recorder.rows());
    return kStatusDone;
  }

  CampaignOptions options_;
  ResultView view_;
  std::string database_ = "pmembench.db";
  bool destroy_ = false, resume_ = false, dry_run_ = false, as_json_ = false;
  bool strict_ = false;
  std::shared_ptr<KernelChoices> kernels_;
  std::string to_go_on_ = "--resume";  // the options that a run which did not end goes on with
};

}  // namespace

std::unique_ptr<Command> make_run_command(CLI::App& app) {
  return std::make_unique<RunCommand>(app);
}

}  // namespace pmembench
