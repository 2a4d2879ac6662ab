// PrintedTable: what a table says, word by word: a terminal aligns it, a page draws it. Both print
// the digits that stand here.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace pmembench {

struct PrintedColumn {
  std::string title;
  bool is_number = false;  // stands at the right
};

struct PrintedRow {
  std::vector<std::string> cells;  // as many as there are columns; none: the heading alone
  std::size_t repeated = 0;        // cells from the left that say again what the row above says
  std::string heading;             // of the rows that follow
};

struct PrintedTable {
  std::string kind;  // "backends", "ladder", "durability_steps", "durability_latencies",
                     // "crossover", "nodes", "interleave", "loaded"
  std::string title;
  std::vector<PrintedColumn> columns;
  std::vector<PrintedRow> rows;
  std::string note;  // whole lines below it, each with its end of line; may be empty
};

}  // namespace pmembench
