// The terminal that standard output may be: its width, and whether it shows colours.
#pragma once

#include <cstddef>
#include <string>

namespace pmembench {

struct Terminal {
  std::size_t columns = 0;  // 0: not a terminal, or set to wide: lines may have any length
  bool colour = false;
};

// Of standard output. Columns: those of COLUMNS, else of the terminal, else 80; 0 where output goes
// to a file or a pipe. Colour: as PMEMBENCH_COLOR says (always, never), which --color sets; else on
// a terminal unless NO_COLOR is set or TERM is dumb.
[[nodiscard]] Terminal output_terminal();

// Remembers the word of --color for this process and those that it starts.
void set_colour(const std::string& when);

// `text` in bold; as it is where there is no colour. print_text() lets this sequence pass.
[[nodiscard]] std::string bold(const std::string& text, const Terminal& terminal);
inline constexpr const char* kBold = "\x1b[1m";
inline constexpr const char* kPlain = "\x1b[0m";

}  // namespace pmembench
