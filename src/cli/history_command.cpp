// pmembench history: ratios to a pinned reference build through time.
#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/report_file.hpp"
#include "cli/results_reader.hpp"
#include "cli/text_table.hpp"
#include "results/store.hpp"

namespace pmembench {
namespace {

// Of a series no more than these are drawn; --json has all.
constexpr std::size_t kDrawn = 20;

std::string ratio_text(double ratio) {
  return std::isfinite(ratio) ? fmt::format("{:.4f}", ratio) : "";
}

std::string note_of(const JudgedPoint& judged) {
  if (judged.point.accepted) return "accepted: " + judged.point.reason;
  return std::string(name_of(judged.alarm)) + (judged.alarm == Alarm::none ? "" : " alarm");
}

std::string series_text(const HistorySeries& series) {
  const std::size_t first = series.points.size() > kDrawn ? series.points.size() - kDrawn : 0;
  std::vector<double> ratios;
  TextTable table({{"recorded"},
                   {"build"},
                   {"ratio", Align::right},
                   {"low", Align::right},
                   {"high", Align::right},
                   {"limit", Align::right},
                   {"creep", Align::right},
                   {"note"}});
  for (std::size_t i = first; i < series.points.size(); ++i) {
    const JudgedPoint& judged = series.points[i];
    ratios.push_back(judged.point.ratio);
    table.add(
        {judged.point.recorded_utc, judged.point.label, ratio_text(judged.point.ratio),
         ratio_text(judged.point.low), ratio_text(judged.point.high), ratio_text(judged.limit),
         std::isfinite(judged.cusum) ? fmt::format("{:.1f}", judged.cusum) : "", note_of(judged)});
  }
  std::string text =
      fmt::format("{}, {}\n  against {} on machine {}: {} point{}  {}\n", series.cell,
                  series.metric, series.reference, series.machine_fingerprint, series.points.size(),
                  series.points.size() == 1 ? "" : "s", sparkline(ratios));
  for (const ChangePoint& change : series.change_points) {
    text += fmt::format(
        "  a new level since {} ({}): {:+.1f} %\n", series.points[change.index].point.recorded_utc,
        series.points[change.index].point.label, std::expm1(change.magnitude) * 100);
  }
  return text + table.text() + "\n";
}

class HistoryCommand final : public Command {
 public:
  explicit HistoryCommand(CLI::App& app)
      : Command(app.add_subcommand("history", "Print times against a pinned build, over time.")) {
    subcommand_->footer(
        "Exit status: 1 if the last point of a series alarms.\n"
        "Examples:\n  pmembench history --add gate.json\n  pmembench history\n"
        "  pmembench history dram:1M/movnt/direct/random/t1 --json");
    subcommand_->add_option("cell", filter_.cell, "Print only this cell.")->type_name("CELL");
    subcommand_->add_option("--add", document_, "Record what this document of a gate measured.")
        ->type_name("FILE");
    subcommand_->add_option("--db", database_, "Read the results from this file.")
        ->type_name("FILE")
        ->capture_default_str();
    subcommand_->add_flag("--json", as_json_, "Print the history as one JSON document.");
  }

  Result<int> run(const GlobalOptions& /*global*/) override {
    if (!document_.empty()) {
      const Status added = add();
      if (!added) return added.error();
    }
    const auto store = read_results(database_);
    if (!store) return store.error();
    const auto points = store->history(filter_);
    if (!points) return points.error();
    if (points->empty() && !filter_.cell.empty()) {
      return usage_error(
          "{} has no point of {} in its history: `pmembench history` lists the cells", database_,
          filter_.cell);
    }
    return print(judge_history(*points));
  }

 private:
  Status add() const {
    const auto text = read_report_file(document_);
    if (!text) return text.error();
    const auto parsed = nlohmann::json::parse(*text, nullptr, false);
    const auto comparison = comparison_from_json(parsed);
    if (!comparison) return comparison.error().with_context(document_);
    if (comparison->kind != "gate") {
      return usage_error(
          "{} is of the kind '{}', and only a gate measures head and base in one session: give "
          "what "
          "`pmembench gate --json` wrote",
          document_, comparison->kind);
    }
    const std::vector<HistoryPoint> points = history_points(*comparison);
    if (points.empty()) {
      return usage_error("{} holds no trusted effect ({}): nothing is recorded; run the gate again",
                         document_, comparison->sentence);
    }
    auto store = Store::open(database_, Store::Mode::write);
    if (!store) return store.error();
    const DocumentRecord record{0,
                                comparison->created_utc,
                                comparison->kind,
                                {},
                                std::string(name_of(comparison->verdict)),
                                parsed};
    return store->add_history(points, &record);
  }

  Result<int> print(const std::vector<HistorySeries>& all) const {
    bool alarms = false;
    for (const HistorySeries& series : all) alarms |= series.points.back().alarm != Alarm::none;
    if (as_json_) {
      print_json(to_json(all), 2);
      return alarms ? kStatusFound : kStatusDone;
    }
    if (all.empty()) print_text("the history is empty: record a gate with --add DOCUMENT.json\n");
    for (const HistorySeries& series : all) print_text(series_text(series));
    if (alarms) {
      print_text(
          "the last point of a series alarms; if its level is right, say so with `pmembench "
          "baseline "
          "accept --reason TEXT`\n");
    }
    return alarms ? kStatusFound : kStatusDone;
  }

  HistoryFilter filter_;
  std::string document_;
  std::string database_ = "pmembench.db";
  bool as_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_history_command(CLI::App& app) {
  return std::make_unique<HistoryCommand>(app);
}

}  // namespace pmembench
