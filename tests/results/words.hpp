// Printed tables as text, for tests: title, then a line a row, cells parted by " | ", then the
// note.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

#include "results/printed_table.hpp"

namespace pmembench::sample {

inline std::string words_of(const std::vector<PrintedTable>& tables) {
  std::string text;
  for (const PrintedTable& table : tables) {
    text += table.title + "\n";
    for (const PrintedRow& row : table.rows) {
      text += row.heading + fmt::format("{}\n", fmt::join(row.cells, " | "));
    }
    text += table.note;
  }
  return text;
}

}  // namespace pmembench::sample
