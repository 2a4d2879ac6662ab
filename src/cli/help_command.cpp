// pmembench help: the help of a command, as its --help prints it.
#include "cli/commands.hpp"
#include "cli/help_text.hpp"
#include "cli/output.hpp"
#include "cli/usage_hints.hpp"

namespace pmembench {
namespace {

class HelpCommand final : public Command {
 public:
  explicit HelpCommand(CLI::App& app)
      : Command(app.add_subcommand("help", "Print the help of a command, or of pmembench.")),
        program_(app) {
    subcommand_->footer("Examples:\n  pmembench help run\n  pmembench help baseline accept");
    subcommand_->add_option("command", words_, "The command.")->type_name("COMMAND");
  }

  Result<int> run(const GlobalOptions& /*global*/) override {
    const CLI::App* app = &program_;
    std::string command = program_.get_name();
    for (const std::string& word : words_) {
      const auto named =
          app->get_subcommands([&word](const CLI::App* each) { return each->get_name() == word; });
      if (named.empty()) return unknown_command(*app, word);
      app = named.front();
      command += " " + word;
    }
    CommandFacts facts = command_facts(*app);
    facts.command = command;
    print_text(help_text(facts));
    return kStatusDone;
  }

 private:
  CLI::App& program_;
  std::vector<std::string> words_;
};

}  // namespace

std::unique_ptr<Command> make_help_command(CLI::App& app) {
  return std::make_unique<HelpCommand>(app);
}

}  // namespace pmembench
