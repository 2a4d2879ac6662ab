// TextTable: columns of text, aligned for a terminal.
#pragma once

#include <string>
#include <vector>

#include "cli/terminal.hpp"

namespace pmembench {

enum class Align { left, right };

// Widths count UTF-8 characters. Trailing blanks are cut.
class TextTable {
 public:
  struct Column {
    std::string title;
    Align align = Align::left;
    bool names_row = false;  // what a row is of, if that is not the first column
  };
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add(std::vector<std::string> cells);  // as many as there are columns
  void add_heading(std::string text);        // a line across, before the rows that follow
  // Columns in which every cell is empty are left out. In at most `columns` columns, if that can
  // be: the widest columns of words are wrapped, and columns that still do not fit follow below,
  // next to the column that names the row; 0: as wide as it is.
  [[nodiscard]] std::string text(std::size_t columns = output_terminal().columns) const;
  [[nodiscard]] bool empty() const { return rows_.empty(); }

 private:
  // Of the columns `shown`, in as little as they can be wrapped to for `columns`.
  [[nodiscard]] std::vector<std::size_t> widths(const std::vector<std::size_t>& shown,
                                                std::size_t columns) const;
  [[nodiscard]] std::string block(const std::vector<std::size_t>& shown,
                                  const std::vector<std::size_t>& widths, bool first) const;
  struct Row {
    std::vector<std::string> cells;
    std::string heading;
  };
  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

}  // namespace pmembench
