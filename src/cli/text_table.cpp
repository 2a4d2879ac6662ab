#include "cli/text_table.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "cli/text_wrap.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kGap = 2;         // blanks between columns
constexpr std::size_t kNarrowest = 12;  // no column of words is wrapped below this

std::string padded(const std::string& text, std::size_t wanted, Align align) {
  const std::string blanks(wanted - text_width(text), ' ');
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

std::vector<std::size_t> TextTable::widths(std::size_t columns) const {
  std::vector<std::size_t> widths(columns_.size(), 0);
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    for (const Row& row : rows_) {
      if (row.cells.empty()) continue;
      widths[column] = std::max(widths[column], text_width(row.cells[column]));
    }
    if (widths[column] > 0) {
      widths[column] = std::max(widths[column], text_width(columns_[column].title));
    }
  }
  if (columns == 0) return widths;
  const auto total = [&] {
    std::size_t sum = 0;
    for (const std::size_t width : widths) sum += width > 0 ? width + kGap : 0;
    return sum;
  };
  // The widest column of words gives way until all fit, or none is wide enough to wrap well.
  while (total() > columns + kGap) {
    std::size_t widest = columns_.size();
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      if (columns_[column].align != Align::left || widths[column] <= kNarrowest) continue;
      if (widest == columns_.size() || widths[column] > widths[widest]) widest = column;
    }
    if (widest == columns_.size()) break;
    --widths[widest];
  }
  return widths;
}

std::string TextTable::text(std::size_t columns) const {
  const std::vector<std::size_t> widths = this->widths(columns);
  const auto add_lines = [&](std::string& result, const auto& cell_of) {
    std::vector<std::vector<std::string>> lines(columns_.size());
    std::size_t height = 1;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      if (widths[column] == 0) continue;
      const std::string& cell = cell_of(column);
      lines[column] = text_width(cell) <= widths[column] ? std::vector<std::string>{cell}
                                                         : wrapped_lines(cell, widths[column]);
      height = std::max(height, lines[column].size());
    }
    for (std::size_t at = 0; at < height; ++at) {
      std::string line;
      for (std::size_t column = 0; column < columns_.size(); ++column) {
        if (widths[column] == 0) continue;
        const std::string piece = at < lines[column].size() ? lines[column][at] : "";
        line += padded(piece, widths[column], columns_[column].align) + std::string(kGap, ' ');
      }
      finish_line(result, std::move(line));
    }
  };
  std::string result;
  add_lines(result,
            [&](std::size_t column) -> const std::string& { return columns_[column].title; });
  for (const Row& row : rows_) {
    if (row.cells.empty()) {
      finish_line(result, row.heading);
    } else {
      add_lines(result,
                [&](std::size_t column) -> const std::string& { return row.cells[column]; });
    }
  }
  return result;
}

}  // namespace pmembench
