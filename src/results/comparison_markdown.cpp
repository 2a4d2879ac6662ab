// A comparison as Markdown, for the summary of a CI job or a comment.
#include <algorithm>
#include <cmath>

#include "base/plain_text.hpp"
#include "base/units.hpp"
#include "results/comparison_parts.hpp"
#include "results/verdict_parts.hpp"

namespace pmembench {
namespace {

// For a cell of a table: nothing in it may end the cell, begin a tag or be taken for emphasis.
std::string markdown_escaped(std::string_view text) {
  std::string result;
  for (const char c : plain_text(text)) {
    if (c == '<') {
      result += "&lt;";
    } else if (c == '>') {
      result += "&gt;";
    } else if (c == '&') {
      result += "&amp;";
    } else {
      if (std::string_view("|\\`*_[]~").find(c) != std::string_view::npos) result += '\\';
      result += c;
    }
  }
  return result;
}

std::string time_text(double ns) { return std::isfinite(ns) ? format_duration_ns(ns) : ""; }

std::string row_text(const CellVerdict& cell) {
  return fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} x {} | {} |\n", name_of(cell.verdict),
                     markdown_escaped(cell.cell), markdown_escaped(cell.metric),
                     time_text(cell.base_ns), time_text(cell.head_ns),
                     cell.effect ? interval_words(*cell.effect) : "",
                     std::isfinite(cell.mde) ? percent(cell.mde) : "", cell.replicates, cell.slices,
                     markdown_escaped(cell.reason));
}

constexpr std::string_view kTableHead =
    "| verdict | cell | metric | base | head | effect | would show | P x s | why |\n"
    "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |\n";

// As many of `lines` as fit into `room`, and a line that says how many did not.
std::string fitted(const std::vector<std::string>& lines, std::string_view what, std::size_t room) {
  constexpr std::size_t kNote = 200;  // what the closing line takes at most
  std::string text;
  std::size_t shown = 0;
  for (const std::string& line : lines) {
    if (text.size() + line.size() + kNote > room) break;
    text += line;
    ++shown;
  }
  if (shown == lines.size()) return text;
  return text + fmt::format(
                    "\n{} of {} {} are left out, for this text has a limit; the JSON document "
                    "has them all.\n",
                    lines.size() - shown, lines.size(), what);
}

std::string section(const std::string& heading, const std::vector<std::string>& lines,
                    std::string_view what, std::size_t limit, std::size_t used,
                    std::string_view ending = "\n") {
  constexpr std::size_t kReserve = 1024;  // for what follows a section that was cut
  if (lines.empty() || used + heading.size() + ending.size() + kReserve > limit) return {};
  return heading +
         fitted(lines, what, limit - used - heading.size() - ending.size() - kReserve / 2) +
         std::string(ending);
}

std::string facts_text(const Comparison& comparison) {
  const auto side = [](const ComparisonSide& each) {
    std::string text = markdown_escaped(std::string_view(each.label).substr(0, 500));
    if (!each.version.empty()) {
      text += fmt::format(" (pmembench {})",
                          markdown_escaped(std::string_view(each.version).substr(0, 100)));
    }
    return text;
  };
  return fmt::format(
      "base {}; head {}; minimal effect {}, intervals of {:.3g} %, {} replicates of {} slices; "
      "expected false alarms at most {:.2g}\n\n",
      side(comparison.base), side(comparison.head), percent(comparison.minimal_effect),
      comparison.confidence * 100, comparison.replicates, comparison.slices,
      comparison.expected_false_alarms);
}

std::vector<std::string> only_lines(const Comparison& comparison) {
  std::vector<std::string> lines;
  for (const std::string& cell : comparison.base_only) {
    lines.push_back(fmt::format("- {}: only in the base\n", markdown_escaped(cell)));
  }
  for (const std::string& cell : comparison.head_only) {
    lines.push_back(fmt::format("- {}: only in the head\n", markdown_escaped(cell)));
  }
  for (const auto& more :
       {left_out_lines(comparison), unaudited_lines(comparison), imported_lines(comparison)}) {
    for (const std::string& line : more) {
      lines.push_back(fmt::format("- {}\n", markdown_escaped(line)));
    }
  }
  return lines;
}

std::vector<std::string> difference_lines(const Comparison& comparison) {
  std::vector<std::string> lines;
  for (const EnvironmentDifference& each : comparison.environment_differences) {
    lines.push_back(fmt::format("| {} | {} | {} |\n", markdown_escaped(each.name),
                                markdown_escaped(each.base), markdown_escaped(each.head)));
  }
  return lines;
}

}  // namespace

std::string comparison_markdown(const Comparison& comparison, std::size_t limit_bytes) {
  const std::size_t limit = std::max<std::size_t>(limit_bytes, 16384);
  std::vector<std::string> flagged, rest;
  for (const CellVerdict* cell : by_severity(comparison)) {
    (is_flagged(cell->verdict) ? flagged : rest).push_back(row_text(*cell));
  }
  // Cut before it is escaped, so that no escape is cut in two.
  const std::string_view sentence = std::string_view(comparison.sentence).substr(0, 800);
  std::string text =
      fmt::format("**{}**: {}\n\n", name_of(comparison.verdict), markdown_escaped(sentence));
  text += facts_text(comparison);
  text += section("Not compared:\n\n", only_lines(comparison), "such cells", limit / 4, 0);
  const std::string head(kTableHead);
  text += section(head, flagged, "flagged rows", limit * 3 / 4, text.size());
  text += section("Environments differ:\n\n| field | base | head |\n| --- | --- | --- |\n",
                  difference_lines(comparison), "fields", limit * 7 / 8, text.size());
  text += section(
      fmt::format("<details><summary>{} that passed</summary>\n\n{}", rest.size(), kTableHead),
      rest, "rows", limit, text.size(), "\n</details>\n");
  return text;
}

}  // namespace pmembench
