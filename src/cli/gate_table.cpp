#include "cli/gate_table.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/units.hpp"
#include "cli/text_table.hpp"

namespace pmembench {
namespace {

std::string time_text(double ns) { return std::isfinite(ns) ? format_duration_ns(ns) : "-"; }

std::string signed_percent(double share) { return fmt::format("{:+.2f} %", share * 100); }

std::string effect_text(const std::optional<Estimate>& effect) {
  if (!effect || !std::isfinite(effect->estimate)) return "-";
  if (!effect->has_interval) return signed_percent(effect->estimate);
  return fmt::format("{} [{:+.2f}, {:+.2f}]", signed_percent(effect->estimate), effect->low * 100,
                     effect->high * 100);
}

std::string mde_text(double mde) {
  return std::isfinite(mde) ? fmt::format("{:.2f} %", mde * 100) : "-";
}

// The worst first; among equals the order of the campaign.
std::vector<const CellVerdict*> by_severity(const std::vector<CellVerdict>& cells) {
  std::vector<const CellVerdict*> sorted;
  for (const CellVerdict& cell : cells) sorted.push_back(&cell);
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto* a, const auto* b) { return a->verdict > b->verdict; });
  return sorted;
}

std::string reasons(const std::vector<const CellVerdict*>& cells) {
  std::string text;
  for (const CellVerdict* cell : cells) {
    if (cell->verdict != Verdict::pass) {
      text += fmt::format("{} {} ({}): {}\n", name_of(cell->verdict), cell->cell, cell->metric,
                          cell->reason);
    }
    for (const Warning& warning : cell->warnings) {
      text += fmt::format("warning: {} ({}): {}\n", cell->cell, cell->metric, warning.sentence);
    }
  }
  return text;
}

std::string explanations(const std::vector<const CellVerdict*>& cells) {
  std::string text;
  std::set<std::string> told;
  for (const CellVerdict* cell : cells) {
    if (cell->code.empty() || !told.insert(cell->code).second) continue;
    text += fmt::format("{}: {}\n", cell->code, explain_code(cell->code));
  }
  return text;
}

}  // namespace

std::string gate_text(const Comparison& comparison, bool explain) {
  TextTable table({{"verdict"},
                   {"cell"},
                   {"metric"},
                   {"base", Align::right},
                   {"head", Align::right},
                   {"change [95 %]", Align::right},
                   {"control", Align::right},
                   {"would show", Align::right},
                   {"processes", Align::right}});
  const std::vector<const CellVerdict*> cells = by_severity(comparison.cells);
  for (const CellVerdict* cell : cells) {
    table.add({std::string(name_of(cell->verdict)), cell->cell, cell->metric,
               time_text(cell->base_ns), time_text(cell->head_ns), effect_text(cell->effect),
               effect_text(cell->control_effect), mde_text(cell->mde),
               std::to_string(cell->replicates)});
  }
  std::string text = table.text();
  for (const std::string& more : {reasons(cells), explain ? explanations(cells) : ""}) {
    if (!more.empty()) text += "\n" + more;
  }
  text += fmt::format("\nbase {}, head {}\n", comparison.base.label, comparison.head.label);
  for (const EnvironmentDifference& each : comparison.environment_differences) {
    text += fmt::format("{}: base {}, head {}\n", each.name, each.base, each.head);
  }
  return text + fmt::format("{}: {}\n", name_of(comparison.verdict), comparison.sentence);
}

}  // namespace pmembench
