// How a table of results is shown: its width, and which rows and columns of it, in which order.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/terminal.hpp"
#include "record/row.hpp"

namespace CLI {
class App;
}

namespace pmembench {

struct ResultView {
  Terminal terminal;
  std::string columns;  // names, separated by commas; empty: those that have something to say
  std::string sort;     // a column's name, "-" before it for descending; empty: as planned
  std::string filter;   // words that the name of a row's cell must all have

  // --wide, --columns, --sort, --filter.
  void add_to(CLI::App& command);
  // Errors (usage): a column that there is not; it names those that there are.
  Status read();
  bool wide = false;  // --wide
};

// A row and its number in the run, from 1, as `pmembench explain` takes it.
struct NumberedRow {
  std::size_t number = 0;
  const Row* row = nullptr;
};

// Those that the view shows, in its order.
[[nodiscard]] std::vector<NumberedRow> shown_rows(const std::vector<Row>& rows,
                                                  const ResultView& view);

// Tables of at most the view's columns, one for each workload: one unit a column, decimals below
// each other.
[[nodiscard]] std::string narrow_tables(const std::vector<NumberedRow>& rows,
                                        const ResultView& view);

}  // namespace pmembench
