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

std::uint32_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

// The length of the UTF-8 character at `at`; 0 where there is none, or one that XML 1.0 forbids.
std::size_t character_length(std::string_view text, std::size_t at) {
  const std::uint32_t first = byte_at(text, at);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xF5 ? 0 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || length == 0 || at + length > text.size()) return 0;
  std::uint32_t value = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const std::uint32_t next = byte_at(text, at + i);
    if ((next & 0xC0U) != 0x80U) return 0;
    value = (value << 6U) | (next & 0x3FU);
  }
  constexpr std::uint32_t kSmallest[]{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  const bool forbidden = value == 0xFFFE || value == 0xFFFF || value > 0x10FFFF;
  return value < kSmallest[length] || surrogate || forbidden ? 0 : length;
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

std::string plain_text(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = character_length(text, at);
    if (length == 0) {
      result += '?';
      ++at;
      continue;
    }
    const bool control = length == 1 && (byte_at(text, at) < 0x20 || byte_at(text, at) == 0x7F);
    if (control) {
      result += ' ';
    } else {
      result += text.substr(at, length);
    }
    at += length;
  }
  return result;
}

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
