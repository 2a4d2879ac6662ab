#include "cli/command_line.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <string_view>
#include <system_error>

#include "cli/commands.hpp"
#include "cli/help_text.hpp"
#include "cli/output.hpp"
#include "cli/terminal.hpp"
#include "cli/usage_hints.hpp"
#include "cli/version.hpp"

namespace pmembench {
namespace {

#define PMEMBENCH_MAKE_COMMAND(name) make_##name##_command,
constexpr std::unique_ptr<Command> (*kCommands[])(CLI::App&) = {
    PMEMBENCH_COMMANDS(PMEMBENCH_MAKE_COMMAND)};
#undef PMEMBENCH_MAKE_COMMAND

int report(const Error& error) {
  say(stderr, fmt::format("pmembench: {}\n", error.message));
  return static_cast<int>(error.kind);
}

// Its exit status, or the error that ends it, also where what it printed did not arrive.
Result<int> run_command(Command& command, const GlobalOptions& global) {
  try {
    Result<int> status = command.run(global);
    const Status printed = flush_output(stdout, "standard output");
    // A reader that has enough (`| head`) is not a failure: the status is the command's own.
    if (status && !printed && !reader_left(stdout)) return printed.error();
    return status;
  } catch (const std::bad_alloc&) {
    return runtime_error(
        "there is not enough memory for this command: free some, or raise the limit of its shell "
        "or "
        "container");
  } catch (const std::system_error& error) {
    // A thread that cannot be made, a file that cannot be looked at.
    return runtime_error("the system refused something that the command needs: {}; raise the limit",
                         error.what());
  } catch (const std::exception& error) {
    // Of a library: results that were stored so far are kept.
    return runtime_error("an unexpected error ended the command: {}; results so far are kept",
                         error.what());
  }
}

// What the parent left in this process must not decide how the command behaves.
void settle_process() {
  // A file that is opened must not become a standard stream that was closed.
  for (int fd = open("/dev/null", O_RDONLY); fd >= 0; fd = open("/dev/null", O_RDONLY)) {
    if (fd <= STDERR_FILENO) continue;
    close(fd);
    break;
  }
  // A reader of our output may leave; what a run measures is stored all the same.
  std::signal(SIGPIPE, SIG_IGN);
  // Ignored, it would hide how a worker died.
  std::signal(SIGCHLD, SIG_DFL);
  // A limit on the size of files (ulimit -f) is an error of the write that meets it.
  std::signal(SIGXFSZ, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

}  // namespace

int run_command_line(int argc, char** argv) {
  settle_process();
  CLI::App app{
      "Measure memory that is addressed with loads and stores but is more than a DIMM, and state "
      "what each number may claim. (PMDK has an unrelated tool of the same name.)",
      "pmembench"};
  app.formatter(help_formatter());
  app.set_help_flag("-h,--help", "Print this help and exit.");
  app.footer(
      "Exit status: 0 done, 1 a check found something, 2 wrong usage or input, 3 this host cannot "
      "do it, 4 failed while running, 5 the budget ended before every cell was measured, 130 "
      "interrupted (results so far are kept).\n"
      "Environment: PMEMBENCH_PLUGIN_PATH: folders with backends, separated by ':'. "
      "PMEMBENCH_DATA: the folder that holds configs/ and reports/. COLUMNS, NO_COLOR, TERM: how "
      "tables are printed.\n"
      "Files: pmembench.db in the current folder holds the results, unless --db names another "
      "file.\n"
      "Examples:\n  pmembench run quick\n  pmembench list campaigns");
  app.require_subcommand(0, 1);
  app.set_version_flag("-V,--version", kVersion, "Print the version and exit.");
  GlobalOptions global;
  global.command_line = command_text(argc, argv);
  char** const dashes = std::find_if(
      argv, argv + argc, [](const char* word) { return std::string_view(word) == "--"; });
  if (dashes != argv + argc) global.after_dashes.assign(dashes + 1, argv + argc);
  app.add_option("--plugin", global.plugins, "Load a backend from this shared object.")
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_option("--without-cpu", global.without_cpu,
                 "Treat these CPU features as missing, such as clwb,avx2.")
      ->type_name("LIST");
  app.add_option_function<std::string>("--color", set_colour,
                                       "Print in colour: on a terminal (auto), always or never.")
      ->check(CLI::IsMember({"auto", "always", "never"}))
      ->type_name("WHEN");
  std::vector<std::unique_ptr<Command>> commands;
  for (const auto make : kCommands) commands.push_back(make(app));
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    return report(parse_error(app, error));
  }
  for (const auto& command : commands) {
    if (!command->called()) continue;
    const Result<int> status = run_command(*command, global);
    return status ? *status : report(status.error());
  }
  say(stderr, app.help());
  return static_cast<int>(ErrorKind::usage);
}

}  // namespace pmembench
