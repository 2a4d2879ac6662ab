// pmembench merge: runs of several hosts as one run, with a row for each host.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/fleet_runs.hpp"
#include "cli/output.hpp"
#include "record/codec.hpp"
#include "results/stored_derived.hpp"

namespace pmembench {
namespace {

class MergeCommand final : public Command {
 public:
  explicit MergeCommand(CLI::App& app)
      : Command(app.add_subcommand(
            "merge", "Store runs of several hosts as one run, with a row for each host.")) {
    subcommand_->footer(
        "RUN is FILE.db for its latest run, or FILE.db:NUMBER. The merged run has each host's "
        "rows, named CELL@HOST, with their replicates, and a document `fleet` of the comparison.\n"
        "Example:\n  pmembench merge n01.db n02.db:4 --db fleet.db");
    subcommand_->add_option("runs", words_, "Runs of two hosts or more.")
        ->required()
        ->type_name("RUN");
    subcommand_->add_option("--db", database_, "Store the merged run in this file.")
        ->type_name("FILE")
        ->capture_default_str();
    subcommand_->add_flag("--json", as_json_, "Print the merged rows as JSON lines.");
  }

  Result<int> run(const GlobalOptions& global) override {
    const auto runs = load_fleet(words_, database_);
    if (!runs) return runs.error();
    auto merged = merge_runs(*runs);
    if (!merged) return merged.error();
    const StragglerRules rules;
    const auto fleet = fleet_of(*runs, rules);
    if (!fleet) return fleet.error();
    auto store = Store::open(database_, Store::Mode::write);
    if (!store) return store.error();
    merged->record.status = "running";
    merged->record.command_line = global.command_line;
    const auto id = store->begin_run(merged->record);
    if (!id) return id.error();
    for (std::size_t i = 0; i < merged->rows.size(); ++i) {
      for (const Replicate& replicate : merged->replicates[i]) {
        const Status saved = store->save(*id, merged->rows[i], &replicate);
        if (!saved) return saved.error();
      }
    }
    const auto kept =
        store->save_document({0, "", "fleet", *id, std::string(name_of(verdict_of(*fleet))),
                              fleet_document(*fleet, rules)});
    if (!kept) return kept.error();
    Status closed = save_derived(*store, *id);
    if (closed) closed = store->finish_run(*id, "done");
    if (!closed) return closed.error();
    if (as_json_) {
      for (const Row& row : merged->rows) print_json(to_json(row), -1);
    } else {
      print_text(fleet_text(*fleet) + fmt::format("\n{} rows of {} runs are run {} of {}\n",
                                                  merged->rows.size(), runs->size(), *id,
                                                  database_));
    }
    return kStatusDone;
  }

 private:
  std::vector<std::string> words_;
  std::string database_ = "pmembench.db";
  bool as_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_merge_command(CLI::App& app) {
  return std::make_unique<MergeCommand>(app);
}

}  // namespace pmembench
