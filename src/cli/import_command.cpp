// pmembench import: results of other tools as rows of a run, marked as imported.
#include <fmt/format.h>

#include <filesystem>
#include <map>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/output_file.hpp"
#include "cli/report_file.hpp"
#include "cli/run_number.hpp"
#include "cli/text_table.hpp"
#include "cli/utc_time.hpp"
#include "cli/version.hpp"
#include "import/importer.hpp"
#include "record/codec.hpp"
#include "results/imported_run.hpp"

#include <nlohmann/json.hpp>

namespace pmembench {
namespace {

class ImportCommand final : public Command {
 public:
  explicit ImportCommand(CLI::App& app)
      : Command(app.add_subcommand("import",
                                   "Store results of other tools as rows, marked as imported.")) {
    subcommand_->footer(
        "Each file becomes a run of the store. Its rows have the claim `imported`: they are shown "
        "next to others and no gate judges them. A file with one wrong number is refused whole.\n"
        "Examples:\n  pmembench import fio.json mlc.txt\n"
        "  pmembench import fio.json --run 3 --rename 'job/read=dram:1G/movnt/direct/...'\n"
        "  pmembench import perf.json --run 3 --cell CELL");
    subcommand_->add_option("files", files_, "Files with results, or folders of Mess.")
        ->type_name("FILE");
    subcommand_->add_option("--db", database_, "Store the results in this file.")
        ->type_name("FILE")
        ->capture_default_str();
    subcommand_
        ->add_option("--format", format_, "Format of the files. Without it: it is recognised.")
        ->type_name("FORMAT");
    subcommand_->add_option("--run", run_, "Add the rows to this run instead of a new one.")
        ->type_name("RUN");
    subcommand_
        ->add_option("--cell", cell_,
                     "With --run: add the figures of the only imported row to this cell's row.")
        ->type_name("CELL");
    subcommand_
        ->add_option("--rename", renames_,
                     "Give an imported cell another name, such as that of a cell of pmembench.")
        ->type_name("OLD=NEW")
        ->allow_extra_args(false);
    subcommand_
        ->add_option("--core-clock", core_clock_,
                     "The files of Mess count cycles of a core with this clock, such as 2.1G.")
        ->type_name("HZ");
    subcommand_->add_flag("--formats", list_, "List the formats.");
    subcommand_->add_flag("--json", as_json_, "Print the imported rows as JSON lines.");
  }

  Result<int> run(const GlobalOptions& global) override {
    if (list_) return list_formats();
    if (files_.empty())
      return usage_error("import takes at least one FILE; see pmembench import --help");
    if (!cell_.empty() && run_.empty()) {
      return usage_error("--cell names a cell of a run: give the run with --run");
    }
    if (const Status read = read_clock(); !read) return read.error();
    std::vector<NamedPath> inputs;
    for (const std::string& file : files_) inputs.push_back({"what is imported", file});
    const Status apart = keep_results_apart(database_, inputs);
    if (!apart) return apart.error();
    // All of them are read before anything is stored.
    std::vector<ImportedFile> imported;
    for (const std::string& path : files_) {
      auto file = read(path);
      if (!file) return file.error();
      imported.push_back(*std::move(file));
    }
    if (const Status renamed = rename(imported); !renamed) return renamed.error();
    auto store = Store::open(database_, Store::Mode::write);
    if (!store) return store.error();
    for (std::size_t i = 0; i < imported.size(); ++i) {
      const Status kept = run_.empty() ? keep(files_[i], imported[i], *store, global.command_line)
                                       : add(files_[i], imported[i], *store);
      if (!kept) return kept.error();
    }
    return kStatusDone;
  }

 private:
  // "2.1G", "2100M", "2100000000".
  Status read_clock() {
    if (core_clock_.empty()) return {};
    char* end = nullptr;
    const double number = std::strtod(core_clock_.c_str(), &end);
    const std::string unit = end;
    core_hz_ = number * (unit == "G" || unit == "GHz"   ? 1e9
                         : unit == "M" || unit == "MHz" ? 1e6
                                                        : 1);
    const bool known = unit.empty() || core_hz_ != number;
    if (known && core_hz_ >= 1e6 && core_hz_ <= 1e11) return {};
    return usage_error("--core-clock '{}' is not the clock of a core, such as 2.1G or 2100M",
                       core_clock_);
  }

  Result<ImportedFile> read(const std::string& path) const {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) return import_mess_folder(path, core_hz_);
    auto bytes = read_report_file(path, kLargestImportBytes);
    if (!bytes) return bytes.error();
    return import_bytes(*std::move(bytes), path, format_, core_hz_);
  }

  Status rename(std::vector<ImportedFile>& imported) const {
    for (const std::string& text : renames_) {
      // Names of cells have "=" in them: of all places the one whose left side is a cell.
      bool found = false;
      for (ImportedFile& file : imported) {
        for (ImportedRow& row : file.rows) {
          const std::string& name = row.row.cell;
          if (text.size() <= name.size() + 1 || !text.starts_with(name + "=")) continue;
          row.row.cell = text.substr(name.size() + 1);
          for (Replicate& replicate : row.replicates) replicate.cell = row.row.cell;
          found = true;
          break;
        }
      }
      if (!found) {
        return usage_error(
            "--rename '{}': no imported cell has the name before the '='; without "
            "--rename the command lists them",
            text);
      }
    }
    for (ImportedFile& file : imported) make_names_unique(file);
    return {};
  }

  Status keep(const std::string& path, const ImportedFile& file, Store& store,
              const std::string& command_line) const {
    RunRecord record = imported_record(file);
    if (record.started_utc.empty()) record.started_utc = now_utc();
    record.version = kVersion;
    record.command_line = command_line;
    const auto id = store.begin_run(record);
    if (!id) return id.error();
    Status kept = store_imported(file, *id, store);
    if (kept) kept = store.finish_run(*id, "done");
    if (!kept) return kept;
    report(path, file, *id);
    return {};
  }

  Status add(const std::string& path, const ImportedFile& file, Store& store) const {
    const auto number = run_number(run_);
    if (!number) return number.error();
    const auto record = store.run(*number);
    if (!record) return record.error();
    const auto rows = store.rows(record->id);
    if (!rows) return rows.error();
    if (!cell_.empty()) return attach(path, file, record->id, *rows, store);
    for (const ImportedRow& imported : file.rows) {
      for (const Row& row : *rows) {
        if (row.cell != imported.row.cell || row.is_imported()) continue;
        return usage_error(
            "run {} has a cell {} that pmembench measured, and an imported row does "
            "not replace it: import into a run of its own (without --run) to compare",
            record->id, row.cell);
      }
    }
    if (const Status kept = store_imported(file, record->id, store); !kept) return kept;
    report(path, file, record->id);
    return {};
  }

  // Counters of another tool, such as perf, that ran while a cell was measured.
  Status attach(const std::string& path, const ImportedFile& file, std::int64_t run,
                const std::vector<Row>& rows, Store& store) const {
    if (file.rows.size() != 1) {
      return usage_error("{} has {} rows, and --cell takes the figures of one", path,
                         file.rows.size());
    }
    for (Row row : rows) {
      if (row.cell != cell_) continue;
      for (const auto& [name, value] : file.rows.front().row.figures) {
        row.figures[fmt::format("{}: {}", file.source, name)] = value;
      }
      if (const Status saved = store.save(run, row, nullptr); !saved) return saved;
      if (as_json_) {
        print_json(to_json(row), -1);
      } else {
        print_text(fmt::format("{}: {} figures of {} are with {} of run {}\n", path,
                               file.rows.front().row.figures.size(), file.source, cell_, run));
      }
      return {};
    }
    return usage_error("run {} has no cell '{}': `pmembench show {} --json` has their names", run,
                       cell_, run);
  }

  void report(const std::string& path, const ImportedFile& file, std::int64_t run) const {
    if (as_json_) {
      for (const ImportedRow& imported : file.rows) print_json(to_json(imported.row), -1);
    } else {
      print_text(fmt::format("{}: {} row{} of {} are run {} of {}, marked as imported\n", path,
                             file.rows.size(), file.rows.size() == 1 ? "" : "s", file.source, run,
                             database_));
      for (const ImportedRow& imported : file.rows) {
        print_text(fmt::format("  {}\n", imported.row.cell));
      }
    }
    for (const std::string& note : file.notes) say(stderr, fmt::format("not taken: {}\n", note));
  }

  Result<int> list_formats() const {
    TextTable table({{"format"}, {"file"}});
    for (const Importer& each : importers()) {
      if (as_json_) print_json({{"format", each.name}, {"file", each.what}}, -1);
      table.add({each.name, each.what});
    }
    if (!as_json_) print_text(table.text());
    return kStatusDone;
  }

  std::vector<std::string> files_, renames_;
  std::string database_ = "pmembench.db", format_, run_, cell_, core_clock_;
  double core_hz_ = 0;  // 0: latencies are in ns
  bool list_ = false, as_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_import_command(CLI::App& app) {
  return std::make_unique<ImportCommand>(app);
}

}  // namespace pmembench
