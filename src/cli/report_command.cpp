// pmembench report: hands a stored run to the Python package that draws it.
#include "cli/report_command.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/unique_fd.hpp"
#include "cli/commands.hpp"
#include "cli/data_folder.hpp"
#include "cli/results_reader.hpp"
#include "cli/run_number.hpp"
#include "platform/executable.hpp"
#include "platform/fd_path.hpp"
#include "record/codec.hpp"
#include "results/stored_derived.hpp"

namespace pmembench {
namespace {

constexpr const char* kPackage = "pmembench_report";

// A document on its way to the package: in memory, without a name, so that nothing is left of it.
class PassedDocument {
 public:
  static Result<PassedDocument> make() {
    // Without MFD_CLOEXEC: the package reads it through the descriptor that it inherits.
    UniqueFd file(memfd_create("pmembench-document", 0));
    if (!file) {
      return environment_error("no memory for a document of the report: {}; free some",
                               std::strerror(errno));
    }
    return PassedDocument(std::move(file));
  }

  [[nodiscard]] std::string path() const { return fd_path(file_.get()); }
  [[nodiscard]] int fd() const { return file_.get(); }
  [[nodiscard]] bool empty() const {
    struct stat facts {};
    return ::fstat(file_.get(), &facts) != 0 || facts.st_size == 0;
  }

 private:
  explicit PassedDocument(UniqueFd file) : file_(std::move(file)) {}
  UniqueFd file_;
};

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> found;
  for (std::string& word : words) found.push_back(word.data());
  found.push_back(nullptr);
  return found;
}

// Runs a program to its end and gives its exit status. `output`: where its standard output goes, or
// -1 for ours. The words are handed over as they are: there is no shell.
Result<int> run_program(std::vector<std::string> words, std::vector<std::string> environment,
                        int output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (output >= 0) posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
  pid_t child = -1;
  const int failed = posix_spawnp(&child, words.front().c_str(), &actions, nullptr,
                                  pointers(words).data(), pointers(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  if (failed == ENOENT) {
    return environment_error(
        "the report cannot be drawn, because there is no {} on PATH: run script/bootstrap report, "
        "or "
        "install python3, python3-matplotlib, python3-numpy and python3-jinja2",
        words.front());
  }
  if (failed != 0) {
    return environment_error("{} cannot be started: {}; see that it may be executed", words.front(),
                             std::strerror(failed));
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR)
      return runtime_error("{} was lost: {}", words.front(), std::strerror(errno));
  }
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  return runtime_error("{} was ended by signal {} ({}); start it again", words.front(),
                       WTERMSIG(status), strsignal(WTERMSIG(status)));
}

std::vector<std::string> own_environment() {
  std::vector<std::string> found;
  for (char** variable = environ; *variable != nullptr; ++variable) found.emplace_back(*variable);
  return found;
}

// Ours, in which Python finds the package, and takes no module from the folder it is started in.
std::vector<std::string> python_environment(const std::string& folder) {
  std::vector<std::string> found;
  std::string path = "PYTHONPATH=" + folder;
  for (std::string& variable : own_environment()) {
    if (variable.starts_with("PYTHONPATH=")) {
      path += ":" + variable.substr(variable.find('=') + 1);
    } else {
      found.push_back(std::move(variable));
    }
  }
  found.push_back(std::move(path));
  found.emplace_back("PYTHONSAFEPATH=1");
  return found;
}

class ReportCommand final : public Command {
 public:
  explicit ReportCommand(CLI::App& app)
      : Command(app.add_subcommand("report", "Draw a stored run as one HTML file, and as PNGs.")) {
    subcommand_->footer(
        "Examples:\n  pmembench report\n  pmembench report 3 --html run3.html --png figures\n"
        "  pmembench report 4 --compare 3\n  pmembench report --gate gate.json");
    subcommand_
        ->add_option("run", request_.run, "Number of the run, or latest. Without it: the latest.")
        ->type_name("RUN");
    subcommand_->add_option("--db", request_.database, "Read the results from this file.")
        ->type_name("FILE")
        ->capture_default_str();
    subcommand_
        ->add_option("--html", request_.html,
                     "Write this file. Without it: report.html, unless another output is named.")
        ->type_name("FILE");
    subcommand_->add_option("--png", request_.png, "Write every figure as PNG into this folder.")
        ->type_name("DIR");
    subcommand_
        ->add_option("--svg", request_.svg,
                     "Write every figure for a paper into this folder, as SVG of 3.3 in and the "
                     "points as CSV.")
        ->type_name("DIR");
    subcommand_->add_option("--pdf", request_.pdf, "Write the same figures as one PDF.")
        ->type_name("FILE");
    subcommand_->add_option("--compare", other_, "Show how RUN compares with this run, the base.")
        ->type_name("OTHER");
    subcommand_
        ->add_option("--comparison", request_.comparison, "Show the comparison in this JSON file.")
        ->type_name("FILE")
        ->excludes("--compare");
    subcommand_
        ->add_option(
            "--gate", request_.gate,
            "Show the gate in this JSON file, as `pmembench gate --json` wrote it, without a "
            "run.")
        ->type_name("FILE")
        ->excludes("--compare")
        ->excludes("--comparison")
        ->excludes("run");
    subcommand_->add_option("--history", request_.history, "Show the history in this JSON file.")
        ->type_name("FILE");
    subcommand_->add_flag("--force", request_.force,
                          "Overwrite files that are not earlier reports, too.");
  }

  Result<int> run(const GlobalOptions& /*global*/) override {
    const auto number = run_number(request_.run);
    if (!number) return number.error();
    const auto other = run_number(other_);
    if (!other) return other.error();
    const auto binary = executable_path();
    if (!binary) return binary.error();
    const auto folder = reports_folder(*binary);
    if (!folder) return folder.error();
    ReportRequest request = request_;
    if (!request.gate.empty()) return draw(*folder, request);
    const auto derived = write_derived(*number, request);
    if (!derived) return derived.error();
    if (other_.empty()) return draw(*folder, request);
    const auto file = PassedDocument::make();
    if (!file) return file.error();
    const auto compared = run_program(
        {*binary, "compare", other_, run_or_latest(), "--json", "--db", request_.database},
        own_environment(), file->fd());
    if (!compared) return compared.error();
    // A verdict is a status too; where nothing was compared, its own sentence has been printed.
    if (file->empty()) {
      return *compared == kStatusDone ? static_cast<int>(ErrorKind::runtime) : *compared;
    }
    request.comparison = file->path();
    return draw(*folder, request);
  }

 private:
  // What the package draws and does not compute. In a file even where the store has it: a store may
  // be older than this pmembench, and may be read-only.
  [[nodiscard]] Result<PassedDocument> write_derived(std::optional<std::int64_t> number,
                                                     ReportRequest& request) const {
    const auto store = read_results(request_.database);
    if (!store) return store.error();
    auto file = PassedDocument::make();
    if (!file) return file;
    const auto runs = store->runs();
    if (!runs) return runs.error();
    // Of a file in which gates or crash trials alone are stored there is nothing to derive.
    if (runs->empty() && !number) return file;
    const auto record = store->run(number);
    if (!record) return record.error();
    // The package reads the file itself and compares nothing.
    const Status whole = store->check_content(record->id);
    if (!whole) return whole.error();
    const auto derived = derived_of(*store, *record);
    if (!derived) return derived.error();
    request.derived = file->path();
    request.run = std::to_string(record->id);  // "latest" may be another one by now
    const std::string text = json_text(derived_json(*derived));
    for (std::size_t done = 0; done < text.size();) {
      const ssize_t more = ::write(file->fd(), text.data() + done, text.size() - done);
      if (more < 0 && errno == EINTR) continue;
      if (more < 0) {
        return environment_error("no memory for a document of the report: {}; free some",
                                 std::strerror(errno));
      }
      done += static_cast<std::size_t>(more);
    }
    return file;
  }

  [[nodiscard]] std::string run_or_latest() const {
    return request_.run.empty() ? "latest" : request_.run;
  }

  // The package prints what it wrote, or its own error message, and exits like a command of
  // pmembench.
  static Result<int> draw(const std::string& folder, const ReportRequest& request) {
    std::vector<std::string> words = {"python3", "-m", kPackage};
    for (std::string& word : report_arguments(request)) words.push_back(std::move(word));
    return run_program(std::move(words), python_environment(folder), -1);
  }

  ReportRequest request_;
  std::string other_;
};

}  // namespace

Result<std::string> reports_folder(const std::string& binary) {
  const auto folder = data_folder(binary, "reports", std::string(kPackage) + "/__main__.py");
  if (folder) return folder;
  return environment_error("the report cannot be drawn: {}", folder.error().message);
}

std::vector<std::string> report_arguments(const ReportRequest& request) {
  std::vector<std::string> words;
  const auto add = [&words](const char* name, const std::string& value) {
    // With "=", for a value may begin with a dash.
    if (!value.empty()) words.push_back(fmt::format("{}={}", name, value));
  };
  if (request.run != "latest") add("--run", request.run);
  add("--html", request.html);
  add("--png", request.png);
  add("--svg", request.svg);
  add("--pdf", request.pdf);
  add("--derived", request.derived);
  add("--comparison", request.comparison);
  add("--gate", request.gate);
  add("--history", request.history);
  if (request.force) words.emplace_back("--force");
  if (!request.gate.empty()) return words;
  words.emplace_back("--");
  words.push_back(request.database);
  return words;
}

std::unique_ptr<Command> make_report_command(CLI::App& app) {
  return std::make_unique<ReportCommand>(app);
}

}  // namespace pmembench
