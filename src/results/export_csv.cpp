// Rows as CSV (RFC 4180): one line a row, empty fields where there is no number.
#include "record/row_columns.hpp"
#include "results/export_formats.hpp"

namespace pmembench {
namespace {

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + "\"";
}

}  // namespace

std::string export_csv(const RunRecord& run, const std::vector<Row>& rows) {
  const auto line = [](const std::string& first, const std::vector<CsvColumn>& columns,
                       std::string CsvColumn::*part) {
    std::string text = first;
    for (const CsvColumn& column : columns) text += "," + quoted(column.*part);
    return text + "\r\n";
  };
  std::string text = line("run", csv_columns(Row{}), &CsvColumn::name);
  for (const Row& row : rows) {
    text += line(std::to_string(run.id), csv_columns(row), &CsvColumn::text);
  }
  return text;
}

}  // namespace pmembench
