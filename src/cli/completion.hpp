// Shell completion for bash, zsh and fish, made of what the parser knows.
#pragma once

#include <string>

#include "cli/command_facts.hpp"

namespace pmembench {

// The script that a shell reads. Names that a host or an installation has (backends, campaigns)
// are asked for when they are completed: `pmembench list backends --names`.
[[nodiscard]] std::string bash_completion(const CommandFacts& program);
[[nodiscard]] std::string zsh_completion(const CommandFacts& program);
[[nodiscard]] std::string fish_completion(const CommandFacts& program);

// What completes a value: words, names of a list, files or folders, or nothing.
struct Completes {
  enum class By { nothing, words, list, files, folders };
  By by = By::nothing;
  std::string words;  // by words: separated by blanks; by list: its name
  bool files_too = false;
};
[[nodiscard]] Completes completes(const OptionFacts& option);

}  // namespace pmembench
