#include "cli/man_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace pmembench {
namespace {

// A text that roff prints as it is: no escapes, no hyphen for a minus, no request at a line's
// start.
std::string roff(std::string_view text) {
  std::string result;
  if (!text.empty() && (text.front() == '.' || text.front() == '\'')) result += "\\&";
  for (const char c : text) {
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else if (c == '\n') {
      result += ' ';
    } else {
      result += c;
    }
  }
  return result;
}

std::string page_name(const std::string& command) {
  std::string name = command;
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

// "Measure a campaign." -> "measure a campaign", as whatis lists it.
std::string short_summary(const CommandFacts& command) {
  std::string text = command.summary.substr(0, command.summary.find(". "));
  if (text.ends_with('.')) text.pop_back();
  if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  }
  return text;
}

std::string named(const OptionFacts& option, bool argument) {
  std::string text;
  for (const std::string& name : option.names) {
    if (argument) break;
    text += (text.empty() ? "" : ", ") + fmt::format("\\fB{}\\fR", roff(name));
  }
  if (option.type.empty()) return text;
  return text + (text.empty() ? "" : " ") + fmt::format("\\fI{}\\fR", roff(option.type));
}

std::string entries(const std::vector<OptionFacts>& options, bool arguments) {
  std::string text;
  for (const OptionFacts& option : options) {
    text += fmt::format(".TP\n{}\n{}\n", named(option, arguments), roff(help_sentences(option)));
  }
  return text;
}

std::string synopsis(const CommandFacts& command) {
  std::string text = fmt::format(".B {}\n[\\fIOPTIONS\\fR]", roff(command.command));
  if (!command.commands.empty()) text += " \\fICOMMAND\\fR";
  for (const OptionFacts& argument : command.arguments) {
    const std::string word = fmt::format("\\fI{}\\fR", roff(argument.type));
    text += argument.required ? " " + word : " [" + word + "]";
  }
  return text + "\n";
}

// Arguments and options of a command, and of those below it under separate headings.
std::string described(const CommandFacts& command) {
  std::string text;
  if (!command.arguments.empty()) text += ".SH ARGUMENTS\n" + entries(command.arguments, true);
  if (!command.options.empty()) text += ".SH OPTIONS\n" + entries(command.options, false);
  for (const CommandFacts& each : command.commands) {
    text += fmt::format(".SH {}\n{}\n.PP\n", roff(each.command), roff(each.summary));
    text += synopsis(each) + entries(each.arguments, true) + entries(each.options, false);
  }
  return text;
}

std::string program_text(const CommandFacts& program) {
  std::string text = ".SH OPTIONS\n" + entries(program.options, false) + ".SH COMMANDS\n";
  for (const CommandFacts& each : program.commands) {
    text +=
        fmt::format(".TP\n\\fB{}\\fR(1)\n{}\n", roff(page_name(each.command)), roff(each.summary));
  }
  return text;
}

// Notes that begin with "Exit status:" or "Environment:" have sections of that name.
std::string footer_text(const CommandFacts& command) {
  std::string notes, sections;
  const FooterParts parts = footer_parts(command.footer);
  for (const std::string& note : parts.notes) {
    const std::size_t colon = note.find(": ");
    const std::string title = colon == std::string::npos ? "" : note.substr(0, colon);
    if (title == "Exit status" || title == "Environment" || title == "Files") {
      std::string upper = title;
      std::transform(upper.begin(), upper.end(), upper.begin(),
                     [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
      sections += fmt::format(".SH {}\n{}\n", upper, roff(note.substr(colon + 2)));
    } else {
      notes += fmt::format("{}{}\n", notes.empty() ? "" : ".PP\n", roff(note));
    }
  }
  std::string text = notes.empty() ? "" : ".SH NOTES\n" + notes;
  text += sections;
  if (parts.examples.empty()) return text;
  text += ".SH EXAMPLES\n.nf\n";
  for (const std::string& example : parts.examples) text += roff(example) + "\n";
  return text + ".fi\n";
}

std::string page_text(const CommandFacts& command, const CommandFacts& program,
                      const std::string& version) {
  const bool whole = &command == &program;
  const std::string name = page_name(command.command);
  std::string upper = name;
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  std::string text = fmt::format(".TH {} 1 \"\" \"pmembench {}\" \"pmembench\"\n", upper, version);
  text += fmt::format(".SH NAME\n{} \\- {}\n", name, roff(short_summary(command)));
  text += ".SH SYNOPSIS\n" + synopsis(command);
  text += ".SH DESCRIPTION\n" + roff(command.summary) + "\n";
  text += whole ? program_text(program) : described(command);
  if (!whole && command.inherits) {
    text += ".PP\nThe options of\n.BR pmembench (1)\nmay be given too.\n";
  }
  text += footer_text(command) + ".SH SEE ALSO\n";
  if (!whole) return text + ".BR pmembench (1)\n";
  for (std::size_t i = 0; i < program.commands.size(); ++i) {
    text += fmt::format(".BR {} (1){}\n", roff(page_name(program.commands[i].command)),
                        i + 1 < program.commands.size() ? "," : "");
  }
  return text;
}

}  // namespace

std::vector<ManPage> man_pages(const CommandFacts& program, const std::string& version) {
  std::vector<ManPage> pages{
      {page_name(program.command) + ".1", page_text(program, program, version)}};
  for (const CommandFacts& each : program.commands) {
    pages.push_back({page_name(each.command) + ".1", page_text(each, program, version)});
  }
  return pages;
}

}  // namespace pmembench
