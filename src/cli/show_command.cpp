// pmembench show: a stored run as a table, or the list of runs.
#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/derived_text.hpp"
#include "cli/headline_text.hpp"
#include "cli/output.hpp"
#include "cli/result_table.hpp"
#include "cli/results_reader.hpp"
#include "cli/run_number.hpp"
#include "cli/text_table.hpp"
#include "record/codec.hpp"
#include "results/store.hpp"
#include "results/stored_derived.hpp"

namespace pmembench {
namespace {

std::string warnings_text(const std::vector<Row>& rows) {
  std::string text;
  for (const Row& row : rows) {
    for (const Warning& warning : row.warnings) {
      text += fmt::format("{}: {}: {}\n", row.cell, warning.type, warning.sentence);
    }
  }
  return text.empty() ? "no warnings.\n" : text;
}

std::string runs_text(const std::vector<RunRecord>& runs) {
  TextTable table(
      {{"run", Align::right}, {"started"}, {"status"}, {"campaign"}, {"version"}, {"machine"}});
  for (const RunRecord& run : runs) {
    table.add({std::to_string(run.id), run.started_utc, run.status, run.campaign, run.version,
               run.machine_fingerprint});
  }
  return table.empty() ? "it holds no run yet.\n" : table.text();
}

class ShowCommand final : public Command {
 public:
  explicit ShowCommand(CLI::App& app)
      : Command(app.add_subcommand("show", "Print a stored run, or the list of runs.")) {
    subcommand_->footer(
        "Examples:\n  pmembench show\n  pmembench show --runs\n  pmembench show 3 --json");
    subcommand_->add_option("run", run_, "Number of the run, or latest. Without it: the latest.")
        ->type_name("RUN");
    subcommand_->add_option("--db", database_, "Read the results from this file.")
        ->type_name("FILE")
        ->capture_default_str();
    subcommand_->add_flag("--runs", list_runs_, "List the runs in the file.");
    subcommand_->add_flag("--warnings", warnings_, "Print the warnings of each row.");
    subcommand_->add_flag("--numa", numa_,
                          "Print only the matrices from node to node (with --json: one object).");
    view_.add_to(*subcommand_);
    subcommand_->add_flag("--json", as_json_, "Print rows (or runs) as JSON lines.");
  }

  Result<int> run(const GlobalOptions& /*global*/) override {
    if (const Status known = view_.read(); !known) return known.error();
    const auto store = read_results(database_);
    if (!store) return store.error();
    if (list_runs_) return show_runs(*store);
    const auto number = run_number(run_);
    if (!number) return number.error();
    const auto record = store->run(*number);
    if (!record) return record.error();
    if (warnings_ && !as_json_ && !numa_) {
      const auto rows = store->rows(record->id);
      if (!rows) return rows.error();
      print_text(warnings_text(*rows));
      return kStatusDone;
    }
    const auto results = results_of(*store, *record);
    if (!results) return results.error();
    const auto& [rows, derived] = *results;
    if (numa_) return show_numa(derived);
    if (as_json_) {
      for (const Row& row : rows) print_json(to_json(row), -1);
      print_data(durability_json_lines(derived.durability, derived.crossovers));
    } else {
      print_text(fmt::format("run {}: campaign {}, started {}, {}, seed {}\n\n{}{}\n{}", record->id,
                             record->campaign, record->started_utc, record->status, record->seed,
                             result_text(rows, view_), derived_text(derived.tables),
                             headline_text(derived)));
    }
    return kStatusDone;
  }

 private:
  [[nodiscard]] Result<int> show_numa(const Derived& derived) const {
    const auto tables = numa_tables(derived.matrices, derived.interleave);
    if (tables.empty()) {
      return usage_error(
          "no row of this run was placed by nodes: measure configs/numa.yaml, or give placement "
          "cpu_node=N");
    }
    as_json_ ? print_json(numa_json(derived.matrices, derived.interleave), 2)
             : print_text(derived_text(tables).substr(1));
    return kStatusDone;
  }

  Result<int> show_runs(const Store& store) const {
    const auto runs = store.runs();
    if (!runs) return runs.error();
    if (!as_json_) {
      print_text(runs_text(*runs));
      return kStatusDone;
    }
    for (const RunRecord& run : *runs) {
      print_json(nlohmann::json{{"run", run.id},
                                {"started_utc", run.started_utc},
                                {"finished_utc", run.finished_utc},
                                {"status", run.status},
                                {"campaign", run.campaign},
                                {"version", run.version},
                                {"machine_fingerprint", run.machine_fingerprint},
                                {"plan_fingerprint", run.plan_fingerprint}},
                 -1);
    }
    return kStatusDone;
  }

  ResultView view_;
  std::string run_;
  std::string database_ = "pmembench.db";
  bool list_runs_ = false, warnings_ = false, numa_ = false, as_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_show_command(CLI::App& app) {
  return std::make_unique<ShowCommand>(app);
}

}  // namespace pmembench
