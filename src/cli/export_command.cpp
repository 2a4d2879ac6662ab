// pmembench export: a stored run in a format that other tools read.
#include "results/export.hpp"

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/output_file.hpp"
#include "cli/run_number.hpp"
#include "results/store.hpp"

namespace pmembench {
namespace {

class ExportCommand final : public Command {
 public:
  explicit ExportCommand(CLI::App& app)
      : Command(
            app.add_subcommand("export", "Write a stored run in a format that other tools read.")) {
    subcommand_->footer("Example: pmembench export 3 --format csv --out run3.csv");
    subcommand_->add_option("run", run_, "Number of the run, or latest. Without it: the latest.")
        ->type_name("RUN");
    subcommand_->add_option("--db", database_, "Read the results from this file.")
        ->type_name("FILE")
        ->capture_default_str();
    subcommand_->add_option("--format", format_, "Format: jsonl, csv or gbench.")
        ->type_name("FORMAT")
        ->capture_default_str();
    subcommand_->add_option("--out", out_, "Write this new file. Without it: standard output.")
        ->type_name("FILE");
    subcommand_->add_flag("--json", as_json_, "The same as --format jsonl.");
    subcommand_->add_flag("--force", force_, "Overwrite the file that --out names.");
  }

  Result<int> run(const GlobalOptions& /*global*/) override {
    const NamedPath outputs[] = {{"--out", out_}};
    const Status apart = keep_apart(outputs, results_file(database_));
    if (!apart) return apart.error();
    auto file = OutputFile::open(out_, "--out", force_);
    if (!file) return file.error();
    const auto store = Store::open(database_, Store::Mode::read);
    if (!store) return store.error();
    const auto number = run_number(run_);
    if (!number) return number.error();
    const auto record = store->run(*number);
    if (!record) return record.error();
    const auto rows = store->rows(record->id);
    if (!rows) return rows.error();
    std::vector<std::vector<Replicate>> replicates;
    for (const Row& row : *rows) {
      auto of_row = store->replicates(record->id, row.cell);
      if (!of_row) return of_row.error();
      replicates.push_back(*std::move(of_row));
    }
    const auto text = export_run(*record, *rows, replicates, as_json_ ? "jsonl" : format_);
    if (!text) return text.error();
    return write(*file, *text);
  }

 private:
  Result<int> write(OutputFile& file, const std::string& text) const {
    if (out_.empty()) {
      print_data(text);
      return kStatusDone;
    }
    const Status written = file.write(text);
    if (!written) return written.error();
    return kStatusDone;
  }

  std::string run_, out_;
  std::string database_ = "pmembench.db";
  std::string format_ = "jsonl";
  bool as_json_ = false, force_ = false;
};

}  // namespace

std::unique_ptr<Command> make_export_command(CLI::App& app) {
  return std::make_unique<ExportCommand>(app);
}

}  // namespace pmembench
