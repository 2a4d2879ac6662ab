// pmembench explain: the evidence behind one row of a stored run.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "cli/commands.hpp"
#include "cli/explain_text.hpp"
#include "cli/output.hpp"
#include "cli/results_reader.hpp"
#include "cli/run_number.hpp"
#include "cli/text_wrap.hpp"
#include "results/store.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kNamed = 3;  // of the cells that a part of a name may mean

// The rows are numbered as `show` numbers them, from 1.
Result<std::size_t> find_row(const std::vector<Row>& rows, const std::string& word) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].cell == word) return i;
    if (rows[i].cell.find(word) != std::string::npos) found.push_back(i);
  }
  const auto number = parse_count(word);
  if (number && *number >= 1 && *number <= rows.size())
    return static_cast<std::size_t>(*number - 1);
  if (number) return usage_error("there is no row {}: the run has rows 1 to {}", word, rows.size());
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    return usage_error(
        "no row has '{}' in its name: give the number or the name of a row that `pmembench show` "
        "prints",
        word);
  }
  std::string names;
  for (std::size_t i = 0; i < std::min(found.size(), kNamed); ++i) {
    names += fmt::format("{}{} ({})", i == 0 ? "" : ", ", found[i] + 1, rows[found[i]].cell);
  }
  return usage_error(
      "'{}' is in the names of {} rows, such as {}: give a number, or more of the name", word,
      found.size(), names);
}

AskedOfRun asked_of(const RunRecord& record) {
  AskedOfRun asked;
  const nlohmann::json plan = record.plan.json();
  if (!plan.is_object() || !plan.contains("settings")) return asked;
  const nlohmann::json& settings = plan["settings"];
  asked.precision = settings.value("precision", 0.0);
  asked.confidence = settings.value("confidence", 0.0);
  asked.minimum_replicates = settings.value("minimum_replicates", 0U);
  asked.slice_ns = settings.value("slice_ns", 0.0);
  return asked;
}

class ExplainCommand final : public Command {
 public:
  explicit ExplainCommand(CLI::App& app)
      : Command(app.add_subcommand("explain",
                                   "Explain one number: its proofs, its warnings with cause and "
                                   "remedy, and what would narrow its interval.")) {
    subcommand_->footer(
        "Examples:\n  pmembench explain 3\n  pmembench explain movnt/mapped/chase --run 2");
    subcommand_
        ->add_option("row", row_,
                     "Number of the row as `pmembench show` prints it, the name of its cell, or a "
                     "part of the name that no other has.")
        ->required()
        ->type_name("ROW");
    subcommand_->add_option("--run", run_, "Number of the run, or latest. Without it: the latest.")
        ->type_name("RUN");
    subcommand_->add_option("--db", database_, "Read the results from this file.")
        ->type_name("FILE")
        ->capture_default_str();
  }

  Result<int> run(const GlobalOptions& /*global*/) override {
    const auto store = read_results(database_);
    if (!store) return store.error();
    const auto number = run_number(run_);
    if (!number) return number.error();
    const auto record = store->run(*number);
    if (!record) return record.error();
    const auto rows = store->rows(record->id);
    if (!rows) return rows.error();
    const auto found = find_row(*rows, row_);
    if (!found) return found.error();
    const Row& row = (*rows)[*found];
    const auto replicates = store->replicates(record->id, row.cell);
    if (!replicates) return replicates.error();
    print_text(
        fmt::format("{}\n{}\n{}", wrapped_text(row.cell, 80, 2),
                    fmt::format("row {} of run {} in {}: campaign {}, started {}", *found + 1,
                                record->id, database_, record->campaign, record->started_utc),
                    explain_text(row, *replicates, asked_of(*record))));
    return kStatusDone;
  }

 private:
  std::string row_, run_;
  std::string database_ = "pmembench.db";
};

}  // namespace

std::unique_ptr<Command> make_explain_command(CLI::App& app) {
  return std::make_unique<ExplainCommand>(app);
}

}  // namespace pmembench
