#include "results/comparison_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/units.hpp"

namespace pmembench {
namespace {

double size_of(const CellVerdict& cell) {
  return cell.effect && std::isfinite(cell.effect->estimate) ? std::abs(cell.effect->estimate) : 0;
}

}  // namespace

std::vector<const CellVerdict*> by_severity(const Comparison& comparison) {
  std::vector<const CellVerdict*> cells;
  for (const CellVerdict& cell : comparison.cells) cells.push_back(&cell);
  std::stable_sort(cells.begin(), cells.end(), [](const CellVerdict* a, const CellVerdict* b) {
    if (a->verdict != b->verdict) return a->verdict > b->verdict;
    return size_of(*a) > size_of(*b);
  });
  return cells;
}

std::vector<std::string> left_out_lines(const Comparison& comparison) {
  constexpr std::size_t kNames = 3;
  std::vector<const LeftOut*> firsts;
  std::vector<std::string> lines;
  for (const LeftOut& first : comparison.left_out) {
    const auto alike = [&](const LeftOut* other) {
      return other->side == first.side && other->reason == first.reason;
    };
    if (std::any_of(firsts.begin(), firsts.end(), alike)) continue;
    firsts.push_back(&first);
    std::string names;
    std::size_t count = 0;
    for (const LeftOut& each : comparison.left_out) {
      if (!alike(&each)) continue;
      if (count++ < kNames) names += (names.empty() ? "" : ", ") + each.entry;
    }
    if (count > kNames) names += fmt::format(" and {} more", count - kNames);
    lines.push_back(fmt::format("left out of {}: {} ({})",
                                first.side == "both" ? "both sides" : "the " + first.side, names,
                                first.reason));
  }
  return lines;
}

std::vector<std::string> unaudited_lines(const Comparison& comparison) {
  std::map<std::string, std::size_t> cells_of;
  for (const CellVerdict& cell : comparison.cells) {
    for (const Warning& warning : cell.warnings) {
      if (warning.type == "unaudited") ++cells_of[warning.sentence];
    }
  }
  std::vector<std::string> lines;
  for (const auto& [sentence, cells] : cells_of) {
    lines.push_back(fmt::format("durable (unaudited) in {} {}: {}", cells,
                                cells == 1 ? "cell" : "cells", sentence));
  }
  return lines;
}

bool is_flagged(Verdict verdict) { return verdict != Verdict::pass; }

std::vector<std::string> imported_lines(const Comparison& comparison) {
  const auto side = [](const char* name, const std::string& source, double time_ns) {
    if (!std::isfinite(time_ns)) return std::string();
    return fmt::format(", {} {} ({})", name, format_duration_ns(time_ns),
                       source.empty() ? "measured" : source);
  };
  std::vector<std::string> lines;
  for (const ImportedPair& pair : comparison.imported) {
    lines.push_back(fmt::format("imported, not proved and not judged: {}{}{}", pair.cell,
                                side("base", pair.base_source, pair.base_ns),
                                side("head", pair.head_source, pair.head_ns)));
  }
  return lines;
}

}  // namespace pmembench
