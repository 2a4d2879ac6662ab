#include "cli/text_table.hpp"

#include <algorithm>
#include <numeric>

#include "base/check.hpp"
#include "cli/text_wrap.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kGap = 2;           // blanks between columns
constexpr std::size_t kNarrowest = 12;    // no column of words is wrapped below this
constexpr std::size_t kLongestWord = 24;  // words up to this are not broken

std::string padded(const std::string& text, std::size_t wanted, Align align) {
  const std::string blanks(wanted - text_width(text), ' ');
  return align == Align::left ? text + blanks : blanks + text;
}

void finish_line(std::string& result, std::string line) {
  while (!line.empty() && line.back() == ' ') line.pop_back();
  result += line + "\n";
}

// The width that a cell needs so that none of its words is broken, its indentation included.
std::size_t unbroken_width(const std::string& cell) {
  std::size_t longest = 0;
  for (std::size_t at = cell.find_first_not_of(' '); at < cell.size();) {
    const std::size_t end = std::min(cell.find(' ', at), cell.size());
    const std::size_t begin = longest == 0 ? 0 : at;
    longest = std::max(longest, text_width(cell.substr(begin, end - begin)));
    at = cell.find_first_not_of(' ', end);
  }
  return longest > kLongestWord ? kNarrowest : std::max(longest, kNarrowest);
}

std::size_t total_of(const std::vector<std::size_t>& widths) {
  std::size_t sum = 0;
  for (const std::size_t width : widths) sum += width > 0 ? width + kGap : 0;
  return sum > 0 ? sum - kGap : 0;
}

}  // namespace

void TextTable::add(std::vector<std::string> cells) {
  PMB_CHECK(cells.size() == columns_.size(), "a row has a cell for each column");
  rows_.push_back({std::move(cells), {}});
}

void TextTable::add_heading(std::string text) { rows_.push_back({{}, std::move(text)}); }

std::vector<std::size_t> TextTable::widths(const std::vector<std::size_t>& shown,
                                           std::size_t columns) const {
  std::vector<std::size_t> widths(columns_.size(), 0);
  for (const std::size_t column : shown) {
    for (const Row& row : rows_) {
      if (row.cells.empty()) continue;
      widths[column] = std::max(widths[column], text_width(row.cells[column]));
    }
    if (widths[column] > 0) {
      widths[column] = std::max(widths[column], text_width(columns_[column].title));
    }
  }
  if (columns == 0 || total_of(widths) <= columns) return widths;
  std::vector<std::size_t> narrowest(columns_.size(), kNarrowest);
  for (const std::size_t column : shown) {
    for (const Row& row : rows_) {
      if (row.cells.empty()) continue;
      narrowest[column] = std::max(narrowest[column], unbroken_width(row.cells[column]));
    }
  }
  // The widest column of words gives way until all fit, or none is wide enough to wrap well.
  while (total_of(widths) > columns) {
    std::size_t widest = columns_.size();
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      if (columns_[column].align != Align::left || widths[column] <= narrowest[column]) continue;
      if (widest == columns_.size() || widths[column] > widths[widest]) widest = column;
    }
    if (widest == columns_.size()) break;
    --widths[widest];
  }
  return widths;
}

std::string TextTable::text(std::size_t columns) const {
  std::vector<std::size_t> rest(columns_.size());
  std::iota(rest.begin(), rest.end(), 0);
  const auto is_empty = [&](std::size_t column) { return widths({column}, 0)[column] == 0; };
  std::erase_if(rest, is_empty);
  if (rest.empty()) return block(rest, {}, true);
  const auto naming = std::find_if(rest.begin(), rest.end(),
                                   [&](std::size_t column) { return columns_[column].names_row; });
  const std::size_t key = naming == rest.end() ? rest.front() : *naming;
  std::string result;
  for (bool first = true; !rest.empty(); first = false) {
    std::vector<std::size_t> shown = rest;
    if (!first) shown.insert(shown.begin(), key);
    // The last columns wait, as long as there is one next to the first.
    std::vector<std::size_t> fitted = widths(shown, columns);
    while (columns != 0 && shown.size() > 2 && total_of(fitted) > columns) {
      shown.pop_back();
      fitted = widths(shown, columns);
    }
    result += block(shown, fitted, first);
    rest.erase(rest.begin(),
               rest.begin() + static_cast<std::ptrdiff_t>(shown.size() - (first ? 0 : 1)));
  }
  return result;
}

std::string TextTable::block(const std::vector<std::size_t>& shown,
                             const std::vector<std::size_t>& widths, bool first) const {
  const auto add_lines = [&](std::string& result, const auto& cell_of) {
    std::vector<std::vector<std::string>> lines(columns_.size());
    std::size_t height = 1;
    for (const std::size_t column : shown) {
      const std::string& cell = cell_of(column);
      lines[column] = text_width(cell) <= widths[column] ? std::vector<std::string>{cell}
                                                         : wrapped_lines(cell, widths[column]);
      height = std::max(height, lines[column].size());
    }
    for (std::size_t at = 0; at < height; ++at) {
      std::string line;
      for (const std::size_t column : shown) {
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
      continue;
    }
    // Below, a row that has nothing to add is left out.
    const bool adds = std::any_of(shown.begin() + (first ? 0 : 1), shown.end(),
                                  [&](std::size_t column) { return !row.cells[column].empty(); });
    if (!first && !adds) continue;
    add_lines(result, [&](std::size_t column) -> const std::string& { return row.cells[column]; });
  }
  return result;
}

}  // namespace pmembench
