#include "cli/usage_hints.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/units.hpp"
#include "cli/command_facts.hpp"

namespace pmembench {
namespace {

std::string meant(const std::string& word, const std::vector<std::string>& known) {
  const std::string near = nearest(word, known);
  return near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near);
}

std::vector<std::string> names_of_options(const CommandFacts& command) {
  std::vector<std::string> names;
  for (const OptionFacts& option : command.options) {
    names.insert(names.end(), option.names.begin(), option.names.end());
  }
  return names;
}

// The command line up to the innermost command that was called: "pmembench baseline accept".
struct Called {
  const CLI::App* app;
  std::string command;
  std::vector<std::string> options;  // that are allowed there
};

Called innermost(const CLI::App& app) {
  const CommandFacts all = command_facts(app);
  Called called{&app, app.get_name(), names_of_options(all)};
  for (auto below = app.get_subcommands(); !below.empty(); below = called.app->get_subcommands()) {
    called.app = below.front();
    called.command += " " + called.app->get_name();
    for (std::string& name : names_of_options(command_facts(*called.app))) {
      called.options.push_back(std::move(name));
    }
  }
  return called;
}

// Commands that have this option; the one that was called does not.
std::vector<std::string> commands_with(const CLI::App& app, const std::string& option) {
  std::vector<std::string> found;
  for (const CommandFacts& command : command_facts(app).commands) {
    const std::vector<std::string> names = names_of_options(command);
    if (std::find(names.begin(), names.end(), option) != names.end()) found.push_back(command.name);
  }
  return found;
}

std::vector<std::string> all_options(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CommandFacts& command : command_facts(app).commands) {
    for (std::string& name : names_of_options(command)) names.push_back(std::move(name));
  }
  return names;
}

Error unknown_option(const CLI::App& app, const Called& called, const std::string& word) {
  const std::string option = word.substr(0, word.find('='));
  std::string hint = meant(option, called.options);
  if (hint.empty()) hint = meant(option, all_options(app));
  const auto others = commands_with(app, option);
  if (!others.empty()) {
    hint =
        fmt::format(" ({} {})", fmt::join(others, ", "), others.size() == 1 ? "has it" : "have it");
  }
  return usage_error("{} has no option '{}'{}; see {} --help", called.command, option, hint,
                     called.command);
}

}  // namespace

Error unknown_command(const CLI::App& app, const std::string& name) {
  std::vector<std::string> names;
  for (const CommandFacts& command : command_facts(app).commands) names.push_back(command.name);
  return usage_error("there is no command '{}'{}; there are: {}", name, meant(name, names),
                     fmt::join(names, ", "));
}

Error parse_error(const CLI::App& app, const CLI::ParseError& error) {
  const Called called = innermost(app);
  const std::vector<std::string> extras = app.remaining(true);
  const auto below = called.app->get_subcommands([](const CLI::App*) { return true; });
  const auto code = static_cast<CLI::ExitCodes>(error.get_exit_code());
  // The parser complains of what is missing before it does of what it does not know.
  const bool extra = code == CLI::ExitCodes::ExtrasError || code == CLI::ExitCodes::RequiredError;
  if (!extra || extras.empty()) {
    const std::string what = error.what();  // an option that is hidden has no name there
    return usage_error("{}; see {} --help", what.starts_with(": ") ? what.substr(2) : what,
                       called.command);
  }
  const std::string& word = extras.front();
  if (word.starts_with('-')) return unknown_option(app, called, word);
  if (!below.empty()) return unknown_command(*called.app, word);
  return usage_error("{} takes no further argument, and '{}' is one; see {} --help", called.command,
                     word, called.command);
}

}  // namespace pmembench
