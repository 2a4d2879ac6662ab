#include "cli/derived_text.hpp"

#include <fmt/core.h>

#include <utility>

#include "cli/text_table.hpp"

namespace pmembench {
namespace {

TextTable text_table_of(const PrintedTable& printed) {
  std::vector<TextTable::Column> columns;
  for (const PrintedColumn& column : printed.columns) {
    columns.push_back({column.title, column.is_number ? Align::right : Align::left});
  }
  TextTable table(std::move(columns));
  for (const PrintedRow& row : printed.rows) {
    if (!row.heading.empty()) table.add_heading(row.heading);
    if (row.cells.empty()) continue;
    std::vector<std::string> cells = row.cells;
    for (std::size_t at = 0; at < row.repeated; ++at) cells[at].clear();
    table.add(std::move(cells));
  }
  return table;
}

}  // namespace

std::string derived_text(const std::vector<PrintedTable>& tables) {
  std::string text;
  for (const PrintedTable& table : tables) {
    text += fmt::format("\n{}\n{}{}", table.title, text_table_of(table).text(), table.note);
  }
  return text;
}

}  // namespace pmembench
