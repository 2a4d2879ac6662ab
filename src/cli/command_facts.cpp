#include "cli/command_facts.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <sstream>

namespace pmembench {
namespace {

std::vector<std::string> names_of(const std::set<CLI::Option*>& options) {
  std::vector<std::string> names;
  for (const CLI::Option* each : options) names.push_back(each->get_name());
  return names;
}

// The parser writes a type and its checks as one text: "TEXT:{poisson,fixed}", "UINT:INT in [1 -
// 100]".
void read_type(const std::string& text, OptionFacts& facts) {
  const std::size_t colon = text.find(':');
  facts.type = text.substr(0, colon);
  if (facts.type == "UINT" || facts.type == "INT") facts.type = "NUMBER";
  if (facts.type == "FLOAT") facts.type = "NUMBER";
  if (colon == std::string::npos) return;
  const std::string check = text.substr(colon + 1);
  const std::size_t open = check.find_first_of("{["), close = check.find_last_of("}]");
  if (open == std::string::npos || close == std::string::npos || close < open) return;
  const std::string inner = check.substr(open + 1, close - open - 1);
  if (check[open] == '[') {
    facts.range = inner;
    if (const std::size_t dash = inner.find(" - "); dash != std::string::npos) {
      facts.range = inner.substr(0, dash) + " to " + inner.substr(dash + 3);
    }
    return;
  }
  std::istringstream words(inner);
  for (std::string word; std::getline(words, word, ',');) facts.choices.push_back(word);
}

OptionFacts facts_of(const CLI::Option& option) {
  OptionFacts facts;
  if (option.nonpositional()) {
    for (const std::string& name : option.get_snames()) facts.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) facts.names.push_back("--" + name);
  } else {
    facts.names.push_back(option.get_name(true));
  }
  facts.help = option.get_description();
  facts.default_value = option.get_default_str();
  facts.required = option.get_required();
  facts.needs = names_of(option.get_needs());
  facts.excludes = names_of(option.get_excludes());
  if (option.get_type_size_max() == 0) {  // a flag
    facts.default_value.clear();
    return facts;
  }
  facts.repeatable = option.get_expected_max() > 1;
  read_type(option.get_type_name(), facts);
  return facts;
}

CommandFacts facts_below(const CLI::App& app, const std::string& parent) {
  CommandFacts facts;
  facts.name = app.get_name();
  facts.command = parent.empty() ? facts.name : parent + " " + facts.name;
  facts.summary = app.get_description();
  facts.footer = app.get_footer();
  facts.inherits = app.get_fallthrough();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) continue;
    (option->nonpositional() ? facts.options : facts.arguments).push_back(facts_of(*option));
  }
  for (const CLI::App* each : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!each->get_group().empty()) facts.commands.push_back(facts_below(*each, facts.command));
  }
  return facts;
}

}  // namespace

CommandFacts command_facts(const CLI::App& app) { return facts_below(app, ""); }

std::string help_sentences(const OptionFacts& option) {
  std::string text = option.help;
  if (!option.choices.empty()) text += fmt::format(" One of: {}.", fmt::join(option.choices, ", "));
  if (!option.range.empty()) text += fmt::format(" From {}.", option.range);
  if (option.repeatable) text += " May be given several times.";
  if (!option.needs.empty()) text += fmt::format(" Needs {}.", fmt::join(option.needs, ", "));
  if (!option.excludes.empty()) {
    text += fmt::format(" Not together with {}.", fmt::join(option.excludes, ", "));
  }
  if (!option.default_value.empty()) text += fmt::format(" Default: {}.", option.default_value);
  return text;
}

FooterParts footer_parts(const std::string& footer) {
  FooterParts parts;
  std::istringstream lines(footer);
  bool examples = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Example")) {
      examples = true;
      line.erase(0, line.find(':') + 1);
    } else if (examples && !line.starts_with(' ')) {
      examples = false;
    }
    line.erase(0, std::min(line.find_first_not_of(' '), line.size()));
    if (!line.empty()) (examples ? parts.examples : parts.notes).push_back(line);
  }
  return parts;
}

}  // namespace pmembench
