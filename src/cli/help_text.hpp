// What --help and `pmembench help` print.
#pragma once

#include <memory>
#include <string>

#include "cli/command_facts.hpp"

namespace CLI {
class FormatterBase;
}

namespace pmembench {

inline constexpr std::size_t kHelpColumns = 80;

// In at most kHelpColumns columns; only example command lines may be longer.
[[nodiscard]] std::string help_text(const CommandFacts& command);

// The same for the parser's own --help.
[[nodiscard]] std::shared_ptr<CLI::FormatterBase> help_formatter();

}  // namespace pmembench
