#include "cli/command_line.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "cli/commands.hpp"
#include "cli/version.hpp"

namespace pmembench {
namespace {

constexpr std::unique_ptr<Command> (*kCommands[])(CLI::App&) = {
    make_list_command,   make_probe_command, make_run_command,   make_show_command,
    make_export_command, make_check_command, make_worker_command};

int report(const Error& error) {
  fmt::print(stderr, "pmembench: {}\n", error.message);
  return static_cast<int>(error.kind);
}

}  // namespace

int run_command_line(int argc, char** argv) {
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
  app.add_option("--plugin", global.plugins, "Load a backend from this shared object (repeatable)")
      ->type_name("FILE");
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
    fmt::print(stderr, "pmembench: {}; see pmembench --help\n", error.what());
    return static_cast<int>(ErrorKind::usage);
  }
  for (const auto& command : commands) {
    if (!command->called()) continue;
    const Result<int> status = command->run(global);
    return status ? *status : report(status.error());
  }
  fmt::print(stderr, "{}", app.help());
  return static_cast<int>(ErrorKind::usage);
}

}  // namespace pmembench
