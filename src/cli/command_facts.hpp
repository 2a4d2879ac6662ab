// What the parser knows of each command, as plain data: help, man pages and shell completion are
// made of it, so that an option is described once.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace pmembench {

struct OptionFacts {
  std::vector<std::string> names;    // "-h", "--help"; of an argument: "campaign"
  std::string type;                  // "FILE", "CAMPAIGN"; empty: a flag
  std::vector<std::string> choices;  // all values that it takes; empty: any
  std::string range;                 // "2 to 200"; empty: any
  std::string default_value;         // empty: none
  std::string help;                  // sentences
  std::vector<std::string> needs, excludes;
  bool required = false;
  bool repeatable = false;
};

struct CommandFacts {
  std::string name;      // "accept"
  std::string command;   // "pmembench baseline accept"
  std::string summary;   // sentences
  std::string footer;    // lines; what follows "Example:" or "Examples:" are command lines
  bool inherits = true;  // takes the options of its parent too
  std::vector<OptionFacts> options, arguments;
  std::vector<CommandFacts> commands;
};

// Of `app` and all commands below it; hidden options and commands (group "") are left out.
[[nodiscard]] CommandFacts command_facts(const CLI::App& app);

// All that help says of an option: its sentences, what it needs, its range and its default.
[[nodiscard]] std::string help_sentences(const OptionFacts& option);

// The footer in two: what is said, and the command lines of the examples.
struct FooterParts {
  std::vector<std::string> notes, examples;
};
[[nodiscard]] FooterParts footer_parts(const std::string& footer);

}  // namespace pmembench
