#include "cli/completion.hpp"

#include <fmt/format.h>

namespace pmembench {
namespace {

// By the type that the option's definition names.
constexpr struct {
  const char* type;
  Completes::By by;
  const char* list;
  bool files_too;
} kByType[] = {
    {"CAMPAIGN", Completes::By::list, "campaigns", true},
    {"BACKEND", Completes::By::list, "backends", false},
    {"BACKEND|FILE.so", Completes::By::list, "backends", true},
    {"COMMAND", Completes::By::list, "commands", false},
    {"FILE", Completes::By::files, "", false},
    {"MEDIUM", Completes::By::files, "", false},
    {"DIR", Completes::By::folders, "", false},
    {"RUN", Completes::By::words, "latest", false},
};

// One command and those below it, each with the options that its parents give it.
void flatten(const CommandFacts& command, const std::vector<OptionFacts>& inherited,
             std::vector<CommandFacts>& all) {
  CommandFacts flat = command;
  if (command.inherits) {
    flat.options.insert(flat.options.end(), inherited.begin(), inherited.end());
  }
  std::vector<OptionFacts> below = flat.options;
  std::erase_if(below, [](const OptionFacts& each) { return each.names.back() == "--help"; });
  all.push_back(flat);
  for (const CommandFacts& each : command.commands) flatten(each, below, all);
}

std::vector<CommandFacts> flat_commands(const CommandFacts& program) {
  std::vector<CommandFacts> all;
  flatten(program, {}, all);
  return all;
}

std::string command_names(const CommandFacts& command) {
  std::string names;
  for (const CommandFacts& each : command.commands) names += (names.empty() ? "" : " ") + each.name;
  return names;
}

std::string option_words(const CommandFacts& command) {
  std::string names;
  for (const OptionFacts& option : command.options) {
    for (const std::string& name : option.names) names += (names.empty() ? "" : " ") + name;
  }
  return names;
}

std::string bash_action(const Completes& value) {
  switch (value.by) {
    case Completes::By::words:
      return fmt::format("_pmembench_words '{}'", value.words);
    case Completes::By::list:
      return fmt::format("_pmembench_list {}{}", value.words,
                         value.files_too ? "; _pmembench_files" : "");
    case Completes::By::files:
      return "_pmembench_files";
    case Completes::By::folders:
      return "_pmembench_folders";
    case Completes::By::nothing:
      break;
  }
  return ":";
}

constexpr const char* kBashHead = R"sh(# Completion of pmembench for bash.
_pmembench_words() { COMPREPLY+=($(compgen -W "$1" -- "$cur")); }
_pmembench_files() { compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -f -- "$cur")); }
_pmembench_folders() { compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -d -- "$cur")); }
_pmembench_list() { _pmembench_words "$("${COMP_WORDS[0]}" list "$1" --names 2>/dev/null)"; }
_pmembench() {
  local cur=${COMP_WORDS[COMP_CWORD]} command=pmembench prev= word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    case "$command $word" in
)sh";

constexpr const char* kBashValue = R"sh(    esac
  done
  # --option=VALUE is three words here.
  prev=${COMP_WORDS[COMP_CWORD - 1]}
  [ "$cur" = = ] && cur=
  [ "$prev" = = ] && prev=${COMP_WORDS[COMP_CWORD - 2]}
  case "$command $prev" in
)sh";

}  // namespace

Completes completes(const OptionFacts& option) {
  if (!option.choices.empty()) {
    return {Completes::By::words, fmt::format("{}", fmt::join(option.choices, " ")), false};
  }
  for (const auto& known : kByType) {
    if (option.type == known.type) return {known.by, known.list, known.files_too};
  }
  return {};
}

std::string bash_completion(const CommandFacts& program) {
  const std::vector<CommandFacts> all = flat_commands(program);
  std::string text = kBashHead;
  for (const CommandFacts& command : all) {
    if (&command == &all.front()) continue;
    text += fmt::format("      '{0}') command='{0}' ;;\n", command.command);
  }
  text += kBashValue;
  for (const CommandFacts& command : all) {
    for (const OptionFacts& option : command.options) {
      if (option.type.empty()) continue;
      std::vector<std::string> patterns;
      for (const std::string& name : option.names) {
        patterns.push_back(fmt::format("'{} {}'", command.command, name));
      }
      text += fmt::format("    {}) {}; return ;;\n", fmt::join(patterns, "|"),
                          bash_action(completes(option)));
    }
  }
  text += "  esac\n  case \"$command\" in\n";
  for (const CommandFacts& command : all) {
    text += fmt::format(
        "    '{}')\n      if [[ $cur == -* ]]; then _pmembench_words '{}'; return; fi\n",
        command.command, option_words(command));
    if (!command.commands.empty())
      text += fmt::format("      _pmembench_words '{}'\n", command_names(command));
    if (!command.arguments.empty()) {
      text += fmt::format("      {}\n", bash_action(completes(command.arguments.front())));
    }
    text += "      ;;\n";
  }
  return text + "  esac\n}\ncomplete -F _pmembench pmembench\n";
}

namespace {

// Within single quotes, and within the [..] and :..: of _arguments.
std::string zsh_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
    } else if (c == '[' || c == ']' || c == ':' || c == '\\') {
      result += std::string("\\") + c;
    } else {
      result += c;
    }
  }
  return result;
}

// The first sentence: a menu has one line for each.
std::string short_help(const std::string& help) {
  std::string text = help.substr(0, help.find(". "));
  if (text.ends_with('.')) text.pop_back();
  return text;
}

std::string zsh_action(const Completes& value) {
  switch (value.by) {
    case Completes::By::words:
      return fmt::format("({})", value.words);
    case Completes::By::list:
      return value.files_too ? fmt::format("{{__pmembench_names {}; _files}}", value.words)
                             : fmt::format("{{__pmembench_names {}}}", value.words);
    case Completes::By::files:
      return "_files";
    case Completes::By::folders:
      return "_files -/";
    case Completes::By::nothing:
      break;
  }
  return " ";
}

std::string zsh_option(const OptionFacts& option) {
  std::string text;
  for (const std::string& name : option.names) {
    text += fmt::format("    '{}{}[{}]", option.repeatable ? "*" : "",
                        name + (option.type.empty() || !name.starts_with("--") ? "" : "="),
                        zsh_text(short_help(option.help)));
    if (!option.type.empty()) {
      text += fmt::format(":{}:{}", zsh_text(option.type), zsh_action(completes(option)));
    }
    text += "' \\\n";
  }
  return text;
}

std::string zsh_function(const std::string& command) {
  std::string name = "_" + command;
  for (char& c : name) c = c == ' ' ? '_' : c;
  return name;
}

std::string zsh_command(const CommandFacts& command) {
  std::string text = zsh_function(command.command) + "() {\n";
  if (!command.commands.empty()) {
    text += "  local -a commands=(\n";
    for (const CommandFacts& each : command.commands) {
      text += fmt::format("    '{}:{}'\n", each.name, zsh_text(short_help(each.summary)));
    }
    text += "  )\n  local curcontext=$curcontext state\n  local -a line\n";
  }
  text += "  _arguments -C \\\n";
  for (const OptionFacts& option : command.options) text += zsh_option(option);
  for (const OptionFacts& argument : command.arguments) {
    if (!command.commands.empty()) break;
    text += fmt::format("    '{}{}:{}' \\\n",
                        argument.repeatable ? "*:"
                        : argument.required ? ":"
                                            : "::",
                        zsh_text(argument.type), zsh_action(completes(argument)));
  }
  if (command.commands.empty()) return text + "    && return 0\n}\n";
  text += "    '1:command:->command' '*::argument:->argument' && return 0\n";
  text += "  case $state in\n    command) _describe command commands ;;\n    argument)\n";
  text += "      case $line[1] in\n";
  for (const CommandFacts& each : command.commands) {
    text += fmt::format("        {}) {} ;;\n", each.name, zsh_function(each.command));
  }
  return text + "      esac ;;\n  esac\n}\n";
}

std::string fish_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return "'" + result + "'";
}

std::string fish_value(const Completes& value) {
  switch (value.by) {
    case Completes::By::words:
      return fmt::format(" -f -a '{}'", value.words);
    case Completes::By::list:
      return fmt::format(" {} -a '(__pmembench_list {})'", value.files_too ? "-F" : "-f",
                         value.words);
    case Completes::By::files:
      return " -F";
    case Completes::By::folders:
      return " -f -a '(__fish_complete_directories)'";
    case Completes::By::nothing:
      break;
  }
  return " -f";
}

// When a command's words are completed: it was called, and none of those below it.
std::string fish_condition(const CommandFacts& command, const CommandFacts& program) {
  const std::size_t first = command.command.find(' ');
  if (first == std::string::npos) {
    return fmt::format("not __fish_seen_subcommand_from {}", command_names(program));
  }
  std::string text;
  for (std::size_t at = first; at != std::string::npos;) {
    const std::size_t end = command.command.find(' ', at + 1);
    text += (text.empty() ? "" : "; and ") + std::string("__fish_seen_subcommand_from ") +
            command.command.substr(at + 1, end == std::string::npos ? end : end - at - 1);
    at = end;
  }
  if (command.commands.empty()) return text;
  return text + fmt::format("; and not __fish_seen_subcommand_from {}", command_names(command));
}

}  // namespace

std::string zsh_completion(const CommandFacts& program) {
  std::string text =
      "#compdef pmembench\n"
      "__pmembench_names() { compadd -- ${(f)\"$(pmembench list $1 --names 2>/dev/null)\"} }\n";
  for (const CommandFacts& command : flat_commands(program)) text += zsh_command(command);
  return text +
         "if [ \"$funcstack[1]\" = _pmembench ]; then _pmembench \"$@\"; else compdef _pmembench "
         "pmembench; fi\n";
}

std::string fish_completion(const CommandFacts& program) {
  std::string text =
      "# Completion of pmembench for fish.\n"
      "function __pmembench_list; pmembench list $argv[1] --names 2>/dev/null; end\n"
      "complete -c pmembench -f\n";
  for (const CommandFacts& command : flat_commands(program)) {
    const std::string when =
        fmt::format("complete -c pmembench -n {}", fish_text(fish_condition(command, program)));
    for (const CommandFacts& each : command.commands) {
      text +=
          fmt::format("{} -f -a {} -d {}\n", when, each.name, fish_text(short_help(each.summary)));
    }
    for (const OptionFacts& argument : command.arguments) {
      text += when + fish_value(completes(argument)) + "\n";
    }
    for (const OptionFacts& option : command.options) {
      text += when;
      for (const std::string& name : option.names) {
        text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      }
      if (!option.type.empty()) text += " -r" + fish_value(completes(option));
      text += fmt::format(" -d {}\n", fish_text(short_help(option.help)));
    }
  }
  return text;
}

}  // namespace pmembench
