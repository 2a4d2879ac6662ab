#include "cli/comparison_table.hpp"

#include <fmt/core.h>

#include <cmath>
#include <set>

#include "base/plain_text.hpp"
#include "base/units.hpp"
#include "cli/text_table.hpp"
#include "results/comparison_parts.hpp"
#include "results/verdict_parts.hpp"

namespace pmembench {
namespace {

std::string time_text(double ns) { return std::isfinite(ns) ? format_duration_ns(ns) : ""; }

std::string sides_text(const Comparison& comparison) {
  std::string text;
  for (const std::string& cell : comparison.base_only) {
    text += fmt::format("only in the base: {}\n", cell);
  }
  for (const std::string& cell : comparison.head_only) {
    text += fmt::format("only in the head: {}\n", cell);
  }
  for (const std::string& line : left_out_lines(comparison)) text += plain_text(line) + "\n";
  for (const std::string& line : unaudited_lines(comparison)) text += plain_text(line) + "\n";
  for (const std::string& line : imported_lines(comparison)) text += plain_text(line) + "\n";
  for (const EnvironmentDifference& each : comparison.environment_differences) {
    text += fmt::format("differs: {}: {} -> {}\n", each.name, each.base, each.head);
  }
  return text.empty() ? text : text + "\n";
}

std::string table_text(const Comparison& comparison) {
  TextTable table({{"verdict"},
                   {"cell"},
                   {"metric"},
                   {"base", Align::right},
                   {"head", Align::right},
                   {"effect", Align::right},
                   {"would show", Align::right},
                   {"limit", Align::right},
                   {"P", Align::right},
                   {"code"}});
  for (const CellVerdict* cell : by_severity(comparison)) {
    table.add({std::string(name_of(cell->verdict)), plain_text(cell->cell),
               plain_text(cell->metric), time_text(cell->base_ns), time_text(cell->head_ns),
               cell->effect ? interval_words(*cell->effect) : "",
               std::isfinite(cell->mde) ? percent(cell->mde) : "", percent(cell->minimal_effect),
               std::to_string(cell->replicates), cell->code});
  }
  return table.empty() ? "no cell was compared.\n" : table.text();
}

// Why each flagged cell is flagged.
std::string reasons_text(const Comparison& comparison) {
  std::string text;
  for (const CellVerdict* cell : by_severity(comparison)) {
    if (!is_flagged(cell->verdict)) continue;
    text += fmt::format("{} {} {}: {}\n", name_of(cell->verdict), plain_text(cell->cell),
                        plain_text(cell->metric), plain_text(cell->reason));
  }
  return text.empty() ? text : "\n" + text;
}

std::string codes_text(const Comparison& comparison) {
  std::set<std::string> codes;
  for (const CellVerdict& cell : comparison.cells) codes.insert(cell.code);
  std::string text;
  for (const std::string& code : codes) {
    const std::string_view words = explain_code(code);
    if (!words.empty()) text += fmt::format("{}: {}\n", code, words);
  }
  return text.empty() ? text : "\n" + text;
}

}  // namespace

std::string comparison_text(const Comparison& comparison, bool explain) {
  std::string text = sides_text(comparison) + table_text(comparison) + reasons_text(comparison);
  if (explain) text += codes_text(comparison);
  if (comparison.kind == "compare") {
    text +=
        "\nThese runs were not measured together: 10-74 % of such comparisons at a fixed 5 % were "
        "false on the machine where this was measured.\n";
  } else {
    text += fmt::format("\nexpected false alarms in a suite that did not change: at most {:.2g}\n",
                        comparison.expected_false_alarms);
  }
  return text +
         fmt::format("{}: {}\n", name_of(comparison.verdict), plain_text(comparison.sentence));
}

}  // namespace pmembench
