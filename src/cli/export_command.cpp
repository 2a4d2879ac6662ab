// pmembench export: a stored run in a format that other tools read.
#include "cli/results_reader.hpp"
#include "results/export.hpp"

#include <algorithm>
#include <filesystem>

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
    subcommand_->footer(
        "docs/interop.md has a line for each format and for the tools that read it. Rows that were "
        "imported are in jsonl, csv and gbench only.\n"
        "Examples:\n  pmembench export 3 --format csv --out run3.csv\n"
        "  pmembench export --format prometheus --out /var/lib/node_exporter/pmembench.prom "
        "--force\n"
        "  pmembench export --format bwlat --out curves");
    subcommand_->add_option("run", run_, "Number of the run, or latest. Without it: the latest.")
        ->type_name("RUN");
    subcommand_->add_option("--db", database_, "Read the results from this file.")
        ->type_name("FILE")
        ->capture_default_str();
    subcommand_->add_option("--format", format_, "Format: " + export_format_names() + ".")
        ->type_name("FORMAT")
        ->capture_default_str();
    subcommand_
        ->add_option("--filter", filter_,
                     "Only cells whose name has this text, or the cell of this name.")
        ->type_name("TEXT");
    subcommand_
        ->add_option("--out", out_,
                     "Write this new file (bwlat: files in this folder). Without it: standard "
                     "output.")
        ->type_name("FILE");
    subcommand_->add_flag("--json", as_json_, "The same as --format jsonl.");
    subcommand_->add_flag("--force", force_, "Overwrite the file that --out names.");
  }

  Result<int> run(const GlobalOptions& /*global*/) override {
    const bool curves = format_ == "bwlat" && !as_json_;
    const NamedPath outputs[] = {{"--out", out_}};
    const Status apart = keep_apart(outputs, results_file(database_));
    if (!apart) return apart.error();
    auto file = OutputFile::open(curves ? "" : out_, "--out", force_);
    if (!file) return file.error();
    const auto store = read_results(database_);
    if (!store) return store.error();
    const auto number = run_number(run_);
    if (!number) return number.error();
    const auto record = store->run(*number);
    if (!record) return record.error();
    const auto rows = chosen_rows(*store, record->id);
    if (!rows) return rows.error();
    const ReplicatesOf replicates = [&](const Row& row) {
      return store->replicates(record->id, row.cell);
    };
    if (curves) return write_curves(*rows, replicates);
    const ExportSource source{replicates, [&] { return store->figures(record->id); }};
    const TextSink sink = [&](const std::string& text) -> Status {
      if (!out_.empty()) return file->add(text);
      print_data(text);
      return {};
    };
    const Status exported = export_run(*record, *rows, source, as_json_ ? "jsonl" : format_, sink);
    if (!exported) return exported.error();
    if (const Status whole = file->finish(); !whole) return whole.error();
    return kStatusDone;
  }

 private:
  Result<std::vector<Row>> chosen_rows(const Store& store, std::int64_t run) const {
    auto rows = store.rows(run);
    if (!rows || filter_.empty()) return rows;
    const bool exact = std::any_of(rows->begin(), rows->end(),
                                   [&](const Row& row) { return row.cell == filter_; });
    std::erase_if(*rows, [&](const Row& row) {
      return exact ? row.cell != filter_ : row.cell.find(filter_) == std::string::npos;
    });
    if (rows->empty()) {
      return usage_error("--filter '{}': no cell of run {} has it in its name", filter_, run);
    }
    return rows;
  }

  // A file for each share of reads in the folder --out; a single curve may go to standard output.
  Result<int> write_curves(const std::vector<Row>& rows, const ReplicatesOf& replicates) const {
    const auto curves = export_bwlat(rows, replicates);
    if (!curves) return curves.error();
    if (out_.empty() && curves->size() == 1) {
      print_data(curves->front().text);
      return kStatusDone;
    }
    if (out_.empty()) {
      return usage_error("the run has {} curves, and each is a file: name a folder with --out",
                         curves->size());
    }
    std::error_code error;
    std::filesystem::create_directories(out_, error);
    if (error) return usage_error("the folder {} cannot be made: {}", out_, error.message());
    for (const ExportedCurve& curve : *curves) {
      auto file = OutputFile::open(out_ + "/" + curve.name, "--out", force_);
      if (!file) return file.error();
      if (const Status written = file->write(curve.text); !written) return written.error();
    }
    return kStatusDone;
  }

  std::string run_, out_, filter_;
  std::string database_ = "pmembench.db";
  std::string format_ = "jsonl";
  bool as_json_ = false, force_ = false;
};

}  // namespace

std::unique_ptr<Command> make_export_command(CLI::App& app) {
  return std::make_unique<ExportCommand>(app);
}

}  // namespace pmembench
