#include "cli/text_table.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace pmembench {
namespace {

// Bytes that begin a UTF-8 character.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

std::string padded(const std::string& text, std::size_t wanted, Align align) {
  const std::string blanks(wanted - width(text), ' ');
  return align == Align::left ? text + blanks : blanks + text;
}

void finish_line(std::string& result, std::string line) {
  while (!line.empty() && line.back() == ' ') line.pop_back();
  result += line + "\n";
}

}  // namespace

void TextTable::add(std::vector<std::string> cells) {
  PMB_CHECK(cells.size() == columns_.size(), "a row has a cell for each column");
  rows_.push_back({std::move(cells), {}});
}

void TextTable::add_heading(std::string text) { rows_.push_back({{}, std::move(text)}); }

std::string TextTable::text() const {
  std::vector<std::size_t> widths(columns_.size(), 0);
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    for (const Row& row : rows_) {
      if (!row.cells.empty()) {
        widths[column] = std::max(widths[column], width(row.cells[column]));
      }
    }
    if (widths[column] > 0) {
      widths[column] = std::max(widths[column], width(columns_[column].title));
    }
  }
  const auto line = [&](const auto& cell_of) {
    std::string result;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      if (widths[column] == 0) continue;
      result += padded(cell_of(column), widths[column], columns_[column].align) + "  ";
    }
    return result;
  };
  std::string result;
  finish_line(result, line([&](std::size_t column) { return columns_[column].title; }));
  for (const Row& row : rows_) {
    if (row.cells.empty()) {
      finish_line(result, row.heading);
    } else {
      finish_line(result, line([&](std::size_t column) { return row.cells[column]; }));
    }
  }
  return result;
}

}  // namespace pmembench
