// pmembench run: measures a campaign.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "cli/campaign_options.hpp"
#include "cli/campaign_session.hpp"
#include "cli/commands.hpp"
#include "cli/derived_text.hpp"
#include "cli/expectations.hpp"
#include "cli/headline_text.hpp"
#include "cli/host.hpp"
#include "cli/interrupt.hpp"
#include "cli/media_checks.hpp"
#include "cli/output.hpp"
#include "cli/overrun.hpp"
#include "cli/result_table.hpp"
#include "cli/run_time_text.hpp"
#include "cli/strict.hpp"
#include "cli/text_table.hpp"
#include "record/codec.hpp"
#include "results/stored_derived.hpp"
#include "run/campaign_runner.hpp"
#include "run/slice_budget.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

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
    catch_interrupts();
    if (const Status known = view_.read(); !known) return known.error();
    auto campaign = options_.read();
    if (!campaign) return campaign.error();
    const auto host = open_host(global);
    if (!host) return host.error();
    auto plan = plan_on_host(*campaign, *host, destroy_);
    if (!plan) return plan.error();
    if (const Status holds = check_budget(*plan); !holds) return holds.error();
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
    // A medium that was there and empty holds this run's bytes from now on.
    const bool filled = std::any_of(identities.begin(), identities.end(), [](const auto& medium) {
      return medium.second != "nothing" && !medium.second.starts_with("directory");
    });
    if (filled && !destroy_) to_go_on_ = "--resume --destroy";
    const auto measured = measure_campaign(
        *plan, *host, global, {database_, destroy_, resume_, std::move(identities)}, *store);
    if (!measured) return measured.error();
    const auto judged = judge_expectations(*plan, *measured, *store);
    if (!judged) return judged.error();
    const Status shown = show(*store, *measured, *judged);
    if (!shown) return shown.error();
    tell_overrun(measured->outcome, plan->settings.budget_ns);
    const auto status = verdict(*measured, plan->settings.minimum_replicates);
    if (!status || *status == kStatusInterrupted) return status;
    const int expected = expectations_status(*judged);
    return expected == kStatusFound || *status == kStatusDone ? Result<int>(expected) : status;
  }

 private:
  static void tell_overrun(const RunOutcome& outcome, std::uint64_t budget_ns) {
    const auto budget = static_cast<double>(budget_ns);
    if (!outcome.not_opened.empty()) {
      say(stderr,
          fmt::format(
              "{} was not open within what was left of the budget of {}: each process "
              "touches all that it uses; give a larger --budget, or use less (range_size)\n",
              outcome.not_opened, format_duration_ns(budget)));
    }
    say(stderr, overrun_text(outcome.overran_ns, budget));
  }

  Status show(const Store& store, const MeasuredCampaign& measured,
              const std::vector<JudgedExpectation>& judged) const {
    const auto record = store.run(measured.run);
    if (!record) return record.error();
    const auto derived = derived_of(store, *record);
    if (!derived) return derived.error();
    if (as_json_) {
      for (const Row& row : measured.rows) print_json(to_json(row), -1);
      print_data(durability_json_lines(derived->durability, derived->crossovers));
      for (const JudgedExpectation& each : judged) print_json(to_json(each), -1);
    } else {
      print_text(fmt::format("{}{}\n{}{}\nrun {} is in {}\n", result_text(measured.rows, view_),
                             derived_text(derived->tables), headline_text(*derived),
                             expectations_text(judged), measured.run, database_));
    }
    std::fflush(stdout);
    return {};
  }

  // The outcome of all rows, as an exit status and a sentence.
  Result<int> verdict(const MeasuredCampaign& run, unsigned minimum_replicates) const {
    const RunOutcome& outcome = run.outcome;
    if (outcome.interrupted) {
      say(stderr,
          fmt::format(
              "interrupted: {} replicate{} of this session are kept in {}; the same command "
              "with {} goes on\n",
              outcome.replicates, outcome.replicates == 1 ? "" : "s", database_, to_go_on_));
      return kStatusInterrupted;
    }
    if (run.failed > 0) {
      return runtime_error("{} cell{} failed; the results say which and why", run.failed,
                           run.failed == 1 ? "" : "s");
    }
    const std::size_t unmeasured = run.unmeasured;
    if (run.measured == 0 && unmeasured == 0) {
      return environment_error("no cell of {} can run here; the results say why", options_.file);
    }
    if (unmeasured > 0 || run.begun > 0) {
      say(stderr,
          fmt::format(
              "unfinished: the budget ended with {} of {} cells not measured and {} more below {} "
              "process{}; repeat the command with {}, or give a larger --budget\n",
              unmeasured, unmeasured + run.measured, run.begun, minimum_replicates,
              minimum_replicates == 1 ? "" : "es", to_go_on_));
      return kStatusUnfinished;
    }
    if (strict_) return strict_verdict(run.rows);
    return kStatusDone;
  }

  CampaignOptions options_;
  ResultView view_;
  std::string database_ = "pmembench.db";
  bool destroy_ = false, resume_ = false, dry_run_ = false, as_json_ = false;
  bool strict_ = false;
  std::string to_go_on_ = "--resume";  // the options that a run which did not end goes on with
};

}  // namespace

std::unique_ptr<Command> make_run_command(CLI::App& app) {
  return std::make_unique<RunCommand>(app);
}

}  // namespace pmembench
