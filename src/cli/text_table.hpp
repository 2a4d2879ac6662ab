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
  };
  explicit TextTable(std::vector<Column> columns) : columns_(std::move(columns)) {}
  void add(std::vector<std::string> cells);  // as many as there are columns
  void add_heading(std::string text);        // a line across, before the rows that follow
  // Columns in which every cell is empty are left out. In at most `columns` columns, if that can
  // be: the widest columns of words are wrapped; 0: as wide as it is.
  [[nodiscard]] std::string text(std::size_t columns = output_terminal().columns) const;
  [[nodiscard]] bool empty() const { return rows_.empty(); }

 private:
  [[nodiscard]] std::vector<std::size_t> widths(std::size_t columns) const;
  struct Row {
    std::vector<std::string> cells;
    std::string heading;
  };
  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

}  // namespace pmembench
