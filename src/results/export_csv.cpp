// Rows as CSV (RFC 4180): one line a row, empty fields where there is no number.
#include <cstdlib>
#include <string_view>

#include "record/row_columns.hpp"
#include "results/export_formats.hpp"

namespace pmembench {
namespace {

// A spreadsheet takes a text that begins so for a formula, which may start a program; behind an
// apostrophe it is a text. Numbers stay numbers.
std::string no_formula(const std::string& text) {
  if (text.empty() || std::string_view("=+-@\t\r").find(text.front()) == std::string_view::npos) {
    return text;
  }
  char* end = nullptr;
  static_cast<void>(std::strtod(text.c_str(), &end));
  const bool number = text.front() != '=' && end == text.c_str() + text.size();
  return number ? text : "'" + text;
}

std::string quoted(const std::string& given) {
  const std::string text = no_formula(given);
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
