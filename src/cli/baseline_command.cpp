// pmembench baseline: the level that the history is held against, moved only by word and reason.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/results_reader.hpp"
#include "cli/text_table.hpp"
#include "results/store.hpp"

namespace pmembench {
namespace {

class BaselineCommand final : public Command {
 public:
  explicit BaselineCommand(CLI::App& app)
      : Command(app.add_subcommand("baseline", "Show or accept the levels of the history.")) {
    subcommand_->footer(
        "Examples:\n  pmembench baseline show\n"
        "  pmembench baseline accept --reason 'checksums are worth 3 %' --cell "
        "dram:1M/movnt/direct/random/t1");
    subcommand_->require_subcommand(1);
    accept_ = subcommand_->add_subcommand("accept", "Accept the newest points as the new level.");
    show_ = subcommand_->add_subcommand("show", "List the levels and why they were accepted.");
    accept_->add_option("--reason", reason_, "Why the new level is right.")->required();
    for (CLI::App* each : {accept_, show_}) {
      each->fallthrough();
      each->add_option("--cell", filter_.cell, "Only this cell.")->type_name("CELL");
      each->add_option("--db", database_, "Read the results from this file.")
          ->type_name("FILE")
          ->capture_default_str();
    }
  }

  Result<int> run(const GlobalOptions& /*global*/) override {
    return accept_->parsed() ? accept() : show();
  }

 private:
  Result<int> accept() const {
    // Opened for reading first: a file that is not there is not made for this.
    const auto there = Store::open(database_, Store::Mode::read);
    if (!there) return there.error();
    auto store = Store::open(database_, Store::Mode::write);
    if (!store) return store.error();
    const auto count = store->accept_baseline(filter_, reason_);
    if (!count) return count.error();
    print_text(fmt::format("accepted the newest point of {} series: {}\n", *count, reason_));
    return kStatusDone;
  }

  Result<int> show() const {
    const auto store = read_results(database_);
    if (!store) return store.error();
    const auto points = store->history(filter_);
    if (!points) return points.error();
    TextTable table({{"cell"},
                     {"metric"},
                     {"machine"},
                     {"reference"},
                     {"points", Align::right},
                     {"limit", Align::right},
                     {"since"},
                     {"reason"}});
    for (const HistorySeries& series : judge_history(*points)) add(series, table);
    print_text(table.empty() ? "there is no baseline: record a gate with `pmembench history "
                               "--add DOCUMENT.json`\n"
                             : table.text());
    return kStatusDone;
  }

  static void add(const HistorySeries& series, TextTable& table) {
    const HistoryPoint* since = &series.points.front().point;
    std::size_t count = 0;
    for (const JudgedPoint& judged : series.points) {
      if (judged.point.accepted) {
        since = &judged.point;
        count = 0;
      }
      ++count;
    }
    const double limit = series.points.back().limit;
    table.add({series.cell, series.metric, series.machine_fingerprint, series.reference,
               std::to_string(count), std::isfinite(limit) ? fmt::format("{:.4f}", limit) : "",
               since->recorded_utc, since->accepted ? since->reason : "the first point"});
  }

  CLI::App* accept_ = nullptr;
  CLI::App* show_ = nullptr;
  HistoryFilter filter_;
  std::string reason_;
  std::string database_ = "pmembench.db";
};

}  // namespace

std::unique_ptr<Command> make_baseline_command(CLI::App& app) {
  return std::make_unique<BaselineCommand>(app);
}

}  // namespace pmembench
