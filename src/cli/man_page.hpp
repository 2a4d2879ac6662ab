// A manual page in man(7), made of what the parser knows.
#pragma once

#include <string>
#include <vector>

#include "cli/command_facts.hpp"

namespace pmembench {

struct ManPage {
  std::string file;  // "pmembench-run.1"
  std::string text;
};

// One page for the program and one for each of its commands (commands below a command are in its
// page).
[[nodiscard]] std::vector<ManPage> man_pages(const CommandFacts& program,
                                             const std::string& version);

}  // namespace pmembench
