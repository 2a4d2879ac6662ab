// pmembench compare: two stored runs, side by side; a suspicion at most.
#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "base/at_once.hpp"
#include "cli/commands.hpp"
#include "cli/comparison_files.hpp"
#include "cli/comparison_table.hpp"
#include "cli/output.hpp"
#include "cli/report_file.hpp"
#include "cli/results_reader.hpp"
#include "cli/run_number.hpp"
#include "cli/share_option.hpp"
#include "cli/utc_time.hpp"
#include "import/importer.hpp"
#include "results/compare.hpp"

namespace pmembench {
namespace {

// Where one side of a comparison is.
struct Operand {
  std::optional<StoredRun> run;  // of a file of another tool
  std::string database = {};     // empty: of a file of another tool
  const Store* store = nullptr;
  std::optional<std::int64_t> id = {};  // in the database; the latest where none is given
  std::string label = {};
};

// Results files by name, each opened once: an open reads all of the file to see that it is whole.
class OpenStores {
 public:
  Result<const Store*> at(const std::string& file) {
    const auto known = stores_.find(file);
    if (known != stores_.end()) return &known->second;
    auto store = read_results(file);
    if (!store) return store.error();
    return &stores_.emplace(file, *std::move(store)).first->second;
  }

 private:
  std::map<std::string, Store> stores_;
};

// "3", "latest", "other.db:3", "benchmark.json".
Result<Operand> find_operand(const std::string& text, const std::string& database,
                             OpenStores& stores) {
  std::error_code ignored;
  std::string file = database;
  std::string number = text;
  const std::size_t colon = text.rfind(':');
  if (std::filesystem::is_regular_file(text, ignored)) {
    if (text.ends_with(".db")) {
      return usage_error("{} is a file of many runs: name one of them, as in {}:1", text, text);
    }
    const auto content = read_report_file(text);
    if (!content) return content.error();
    const Importer* importer = recognise_results({*content, text});
    const bool other = importer != nullptr && importer->name != std::string_view("gbench");
    auto run = other ? imported_run(*content, text) : gbench_run(*content, text);
    if (!run) return run.error();
    return Operand{*std::move(run)};
  }
  if (colon != std::string::npos && colon > 0) {
    file = text.substr(0, colon);
    number = text.substr(colon + 1);
  } else if (text.find_first_of("./") != std::string::npos) {
    return usage_error(
        "{} does not exist: give the number of a run, FILE.db:NUMBER, or a file with Google "
        "Benchmark's JSON",
        text);
  }
  const auto id = run_number(number);
  if (!id) return id.error();
  const auto store = stores.at(file);
  if (!store) return store.error();
  return Operand{std::nullopt, file, *store, *id, file == database ? "run " + number : text};
}

Result<StoredRun> read_operand(const Operand& operand) {
  if (operand.run) return *operand.run;
  return stored_run(*operand.store, operand.id, operand.label);
}

// Both sides at the same time; one that is in the same file gets its own connection.
Result<std::pair<StoredRun, StoredRun>> read_both(const Operand& base, Operand head) {
  std::optional<Store> second;
  if (head.store != nullptr && head.store == base.store) {
    auto opened = head.store->another_reader();
    if (!opened) return opened.error();
    head.store = &second.emplace(*std::move(opened));
  }
  auto [base_run, head_run] =
      at_once([&base] { return read_operand(base); }, [&head] { return read_operand(head); });
  if (!base_run) return base_run.error();
  if (!head_run) return head_run.error();
  return std::pair{*std::move(base_run), *std::move(head_run)};
}

Result<std::map<std::string, double>> scatter_of(const Operand& base, const Operand& head,
                                                 const ComparisonSide& base_side,
                                                 const ComparisonSide& head_side) {
  if (base.store == nullptr) return std::map<std::string, double>();
  return stored_scatter(*base.store, base_side.run.value_or(0),
                        base.database == head.database ? head_side.run : std::nullopt);
}

class CompareCommand final : public Command {
 public:
  explicit CompareCommand(CLI::App& app)
      : Command(app.add_subcommand(
            "compare",
            "Compare two stored runs; what looks slower is a suspicion, not a verdict.")) {
    subcommand_->footer(
        "A and B are numbers of runs (or latest), FILE.db:NUMBER, or files with Google Benchmark's "
        "JSON. Results of other tools (`pmembench import --formats`) are shown and not judged.\n"
        "Exit status: 0 nothing found or a suspicion, 1 a regression (--trust-stored only), 3 "
        "inconclusive (--strict only), 4 not comparable or a cell is missing.\n"
        "Examples:\n  pmembench compare 3 4\n"
        "  pmembench compare main.db:7 latest --markdown summary.md --junit compare.xml");
    subcommand_->add_option("A", base_, "The base.")->required()->type_name("A");
    subcommand_->add_option("B", head_, "The head.")->required()->type_name("B");
    subcommand_->add_option("--db", database_, "Read the results from this file.")
        ->type_name("FILE")
        ->capture_default_str();
    subcommand_
        ->add_option("--minimal-effect", minimal_effect_, "Ignore changes smaller than this.")
        ->type_name("SHARE")
        ->capture_default_str();
    files_.add_to(*subcommand_);
    subcommand_->add_flag("--json", as_json_, "Print the comparison as one JSON document.");
    subcommand_->add_flag("--explain", explain_, "Explain each reason code.");
    subcommand_->add_flag("--strict", rules_.gate.strict,
                          "Exit with status 3 if the comparison is inconclusive.");
    subcommand_->add_flag("--trust-stored", rules_.trust_stored,
                          "Report a suspicion as a regression (status 1).");
  }

  Result<int> run(const GlobalOptions& global) override {
    const auto effect = read_share("--minimal-effect", minimal_effect_);
    if (!effect) return effect.error();
    rules_.gate.minimal_effect = *effect;
    std::vector<NamedPath> inputs = results_file(database_);
    for (const std::string& each : {base_, head_}) {
      inputs.push_back({"what is compared", each.substr(0, each.rfind(':'))});
      inputs.push_back({"what is compared", each});
    }
    const Status made = files_.open(inputs);
    if (!made) return made.error();
    OpenStores stores;
    const auto base = find_operand(base_, database_, stores);
    if (!base) return base.error();
    const auto head = find_operand(head_, database_, stores);
    if (!head) return head.error();
    const auto runs = read_both(*base, *head);
    if (!runs) return runs.error();
    auto scatter = scatter_of(*base, *head, runs->first.side, runs->second.side);
    if (!scatter) return scatter.error();
    rules_.scatter = *std::move(scatter);
    Comparison comparison = compare_runs(runs->first, runs->second, rules_);
    comparison.created_utc = now_utc();
    comparison.command_line = global.command_line;
    return deliver(comparison);
  }

 private:
  // What was decided is said even if it cannot be written.
  int deliver(const Comparison& comparison) {
    files_.write(comparison);
    if (as_json_) {
      print_json(to_json(comparison), 2);
    } else {
      print_text(comparison_text(comparison, explain_));
    }
    return comparison.exit;
  }

  std::string base_, head_, minimal_effect_ = "2%";
  std::string database_ = "pmembench.db";
  CompareRules rules_;
  ComparisonFiles files_;
  bool as_json_ = false, explain_ = false;
};

}  // namespace

std::unique_ptr<Command> make_compare_command(CLI::App& app) {
  return std::make_unique<CompareCommand>(app);
}

}  // namespace pmembench
