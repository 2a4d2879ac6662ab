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

#include "base/units.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
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

// What the parser refuses, in our words where its own name no cause.
Error parse_error(const CLI::App& app, const CLI::ParseError& error) {
  const auto called = app.get_subcommands();
  const std::string help = called.empty()
                               ? "pmembench --help"
                               : fmt::format("pmembench {} --help", called.front()->get_name());
  const std::vector<std::string> extras = app.remaining();
  if (!called.empty() || extras.empty() || extras.front().starts_with('-')) {
    return usage_error("{}; see {}", error.what(), help);
  }
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App* each) {
         return !each->get_group().empty();  // worker has none: it is not for use by hand
       })) {
    names.push_back(command->get_name());
  }
  const std::string near = nearest(extras.front(), names);
  return usage_error("there is no command '{}'{}; there are: {}", extras.front(),
                     near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near),
                     fmt::join(names, ", "));
}

// Its exit status, or the error that ends it, also where what it printed did not arrive.
Result<int> run_command(Command& command, const GlobalOptions& global) {
  try {
    Result<int> status = command.run(global);
    const Status printed = flush_output(stdout, "standard output");
    if (status && !printed) return printed.error();
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
      "pmembench: measures memory that is addressed with loads and stores but lives behind more "
      "than a DIMM, and says what each number may claim.\n"
      "(Not PMDK's tool of the same name.)",
      "pmembench"};
  app.footer(
      "Exit status: 0 done, 1 a check found something, 2 wrong usage or input, 3 this host cannot "
      "do it, 4 failed while running, 130 interrupted (results so far are kept).\n"
      "Start with: pmembench run configs/quick.yaml");
  app.require_subcommand(0, 1);
  app.set_version_flag("--version", kVersion);
  GlobalOptions global;
  global.command_line = command_text(argc, argv);
  char** const dashes = std::find_if(
      argv, argv + argc, [](const char* word) { return std::string_view(word) == "--"; });
  if (dashes != argv + argc) global.after_dashes.assign(dashes + 1, argv + argc);
  app.add_option("--plugin", global.plugins, "Load a backend from this shared object (repeatable)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_option("--without-cpu", global.without_cpu,
                 "Take these CPU features as missing, as in clwb,avx2")
      ->type_name("LIST");
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
