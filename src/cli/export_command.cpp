// pmembench export: a stored run in a format that other tools read.
#include "results/export.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/run_number.hpp"
#include "results/store.hpp"

namespace pmembench {
namespace {

class ExportCommand final : public Command {
 public:
  explicit ExportCommand(CLI::App& app)
      : Command(app.add_subcommand("export", "Write a stored run in a format other tools read")) {
    subcommand_->footer("Example: pmembench export 3 --format csv --out run3.csv");
    subcommand_->add_option("run", run_, "Its number, or latest")->type_name("RUN");
    subcommand_->add_option("--db", database_, "File that holds the results")
        ->type_name("FILE")
        ->capture_default_str();
    subcommand_->add_option("--format", format_, "jsonl, csv or gbench")
        ->type_name("FORMAT")
        ->capture_default_str();
    subcommand_->add_option("--out", out_, "New file to write; standard output without it")
        ->type_name("FILE");
    subcommand_->add_flag("--json", as_json_, "The same as --format jsonl");
  }

  Result<int> run(const GlobalOptions& /*global*/) override {
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
    return write(*text);
  }

 private:
  Result<int> write(const std::string& text) const {
    if (out_.empty()) {
      fmt::print("{}", text);
      return kStatusDone;
    }
    const auto file = open_new();
    if (!file) return file.error();
    const bool wrote = std::fwrite(text.data(), 1, text.size(), *file) == text.size();
    const Status flushed = flush_output(*file, out_);
    const bool closed = std::fclose(*file) == 0;
    if (!flushed) return flushed.error();
    if (!wrote || !closed) return runtime_error("{} cannot be written: {}", out_, errno_text());
    return kStatusDone;
  }

  // A regular file that is there is somebody's; a device or a pipe may well be meant.
  [[nodiscard]] Result<std::FILE*> open_new() const {
    std::error_code ignored;
    const bool special =
        std::filesystem::exists(out_, ignored) && !std::filesystem::is_regular_file(out_, ignored);
    std::FILE* file = std::fopen(out_.c_str(), special ? "we" : "wxe");
    if (file != nullptr) return file;
    const int code = errno;
    if (code == EEXIST) {
      return usage_error("{} exists and is not overwritten; remove it, or name another with --out",
                         out_);
    }
    if (code == ENOENT) {
      return usage_error("{} cannot be made, for its folder does not exist; make the folder first",
                         out_);
    }
    if (code == EISDIR) return usage_error("{} is a folder; name a file in it with --out", out_);
    return environment_error("{} cannot be made: {}; name another with --out", out_, errno_text());
  }

  static std::string errno_text() { return std::strerror(errno); }

  std::string run_, out_;
  std::string database_ = "pmembench.db";
  std::string format_ = "jsonl";
  bool as_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_export_command(CLI::App& app) {
  return std::make_unique<ExportCommand>(app);
}

}  // namespace pmembench
