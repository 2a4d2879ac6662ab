// TextTable: columns of text, aligned for a terminal.
#pragma once

#include <string>
#include <vector>

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
  // Columns in which every cell is empty are left out.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool empty() const { return rows_.empty(); }

 private:
  struct Row {
    std::vector<std::string> cells;
    std::string heading;
  };
  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

}  // namespace pmembench
