#include "cli/help_text.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/text_wrap.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kIndent = 2;
constexpr std::size_t kNameColumns = 24;  // a longer name has its own line

// "  --db FILE             Sentences, in as many lines as they need."
std::string entry(const std::string& name, const std::string& sentences) {
  std::string text = std::string(kIndent, ' ') + name;
  const std::size_t used = text_width(text);
  text += used + 2 <= kNameColumns ? std::string(kNameColumns - used, ' ')
                                   : "\n" + std::string(kNameColumns, ' ');
  return text + wrapped_text(sentences, kHelpColumns, kNameColumns) + "\n";
}

std::string option_name(const OptionFacts& option) {
  std::string name = fmt::format("{}", fmt::join(option.names, ", "));
  return option.type.empty() ? name : name + " " + option.type;
}

std::string options_text(const char* title, const std::vector<OptionFacts>& options,
                         bool arguments) {
  std::string text;
  for (const OptionFacts& option : options) {
    text += entry(arguments ? option.type : option_name(option), help_sentences(option));
  }
  return text.empty() ? text : fmt::format("\n{}:\n{}", title, text);
}

std::string usage_text(const CommandFacts& command) {
  std::string text = "Usage: " + command.command + " [OPTIONS]";
  if (!command.commands.empty()) text += " COMMAND";
  for (const OptionFacts& argument : command.arguments) {
    const std::string word = argument.type + (argument.repeatable ? "..." : "");
    text += argument.required ? " " + word : " [" + word + "]";
  }
  return text + "\n";
}

class Formatter final : public CLI::FormatterBase {
 public:
  std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode) const override {
    CommandFacts facts = command_facts(*app);
    facts.command = name.empty() ? facts.name : name;
    return help_text(facts);
  }
};

}  // namespace

std::string help_text(const CommandFacts& command) {
  std::string text = wrapped_text(command.summary, kHelpColumns, 0) + "\n\n" + usage_text(command);
  text += options_text("Arguments", command.arguments, true);
  text += options_text("Options", command.options, false);
  if (!command.commands.empty()) text += "\nCommands:\n";
  for (const CommandFacts& each : command.commands) text += entry(each.name, each.summary);
  const FooterParts parts = footer_parts(command.footer);
  for (const std::string& note : parts.notes) {
    text += "\n" + wrapped_text(note, kHelpColumns, 0) + "\n";
  }
  if (!parts.examples.empty()) text += "\nExamples:\n";
  for (const std::string& example : parts.examples) text += "  " + example + "\n";
  return text;
}

std::shared_ptr<CLI::FormatterBase> help_formatter() { return std::make_shared<Formatter>(); }

}  // namespace pmembench
