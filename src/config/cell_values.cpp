// Canonical text: equal values have equal text, so that names, doubles and hashes can rely on it.
#include "config/cell_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "base/units.hpp"

namespace pmembench {
namespace {

using Texts = Result<std::vector<std::string>>;

Texts to_texts(const std::vector<std::uint64_t>& numbers) {
  std::vector<std::string> texts;
  texts.reserve(numbers.size());
  for (const std::uint64_t number : numbers) texts.push_back(std::to_string(number));
  return texts;
}

bool is_range(std::string_view text) { return text.find(':') != std::string_view::npos; }

Texts size_texts(std::string_view text) {
  if (is_range(text)) {
    const auto range = parse_range(text);
    if (!range) return range.error();
    return to_texts(*range);
  }
  const auto size = parse_size(text);
  if (!size) return size.error();
  return to_texts({*size});
}

// "1:*2:all": a range up to a word, whose number only the plan knows. It stays one value.
bool is_open_range(const CellKey& key, std::string_view text) {
  const std::size_t last = text.rfind(':');
  return last != std::string_view::npos && std::find(key.choices.begin(), key.choices.end(),
                                                     text.substr(last + 1)) != key.choices.end();
}

Texts open_range_text(std::string_view text) {
  const std::string_view head = text.substr(0, text.rfind(':'));
  const std::size_t colon = head.find(':');
  const auto first = parse_count(head.substr(0, colon));
  const std::string_view step = colon == std::string_view::npos ? "" : head.substr(colon + 1);
  const auto by =
      step.size() < 2 ? Result<std::uint64_t>(std::uint64_t{0}) : parse_count(step.substr(1));
  const bool grows = by && ((step.front() == '*' && *by >= 2) || (step.front() == '+' && *by >= 1));
  if (!first || *first == 0 || !grows) {
    return usage_error("'{}' is not a range: write FIRST:STEP:{} with a step such as *2 or +1",
                       text, text.substr(text.rfind(':') + 1));
  }
  return std::vector<std::string>{std::string(text)};
}

Texts count_texts(const CellKey& key, std::string_view text) {
  if (std::find(key.choices.begin(), key.choices.end(), text) != key.choices.end()) {
    return std::vector<std::string>{std::string(text)};
  }
  if (is_open_range(key, text)) return open_range_text(text);
  if (is_range(text)) {
    // The range grammar is that of sizes; a count has no suffix.
    if (text.find_first_not_of("0123456789:+-*/ ") != std::string_view::npos) {
      return usage_error("'{}' is not a range of whole numbers", text);
    }
    const auto range = parse_range(text);
    if (!range) return range.error();
    return to_texts(*range);
  }
  const auto count = parse_count(text);
  if (count) return to_texts({*count});
  if (key.choices.empty()) return count.error();
  return usage_error("{}, and not one of: {}", count.error().message, fmt::join(key.choices, ", "));
}

Texts real_texts(std::string_view text) {
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size() ||
      !std::isfinite(value)) {
    return usage_error("'{}' is not a number: write a decimal such as 0.99", text);
  }
  return std::vector<std::string>{fmt::format("{}", value == 0 ? 0.0 : value)};
}

Texts choice_texts(const CellKey& key, std::string_view text) {
  if (std::find(key.choices.begin(), key.choices.end(), text) != key.choices.end()) {
    return std::vector<std::string>{std::string(text)};
  }
  return usage_error("'{}' is not one of: {}{}", text, fmt::join(key.choices, ", "),
                     did_you_mean(text, key.choices));
}

Texts plain_texts(std::string_view text) {
  if (text.empty()) return usage_error("the value is empty");
  const bool controls = std::any_of(text.begin(), text.end(),
                                    [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (controls) return usage_error("the value has line breaks or tabs: write it on one line");
  return std::vector<std::string>{std::string(text)};
}

Texts canonical_texts(const CellKey& key, std::string_view text) {
  switch (key.kind) {
    case ValueKind::size:
      return size_texts(text);
    case ValueKind::count:
      return count_texts(key, text);
    case ValueKind::real:
      return real_texts(text);
    case ValueKind::choice:
      return choice_texts(key, text);
    case ValueKind::text:
      break;
  }
  return plain_texts(text);
}

}  // namespace

const CellKey* find_cell_key(const CampaignSchema& schema, std::string_view name) {
  const auto found = std::find_if(schema.begin(), schema.end(),
                                  [&](const CellKey& key) { return key.name == name; });
  return found == schema.end() ? nullptr : &*found;
}

std::vector<std::string> cell_key_names(const CampaignSchema& schema) {
  std::vector<std::string> names;
  for (const CellKey& key : schema) names.push_back(key.name);
  return names;
}

Status take_cells(const CellGroup& group, const SourcePosition& at, std::size_t& cells_left) {
  std::size_t cells = 1;
  for (const CampaignAxis& axis : group.axes) {
    cells *= axis.values.size();
    if (cells > cells_left) {
      return error_at(at, fmt::format("the matrices make more than {} cells: split the campaign",
                                      kMaximumCells));
    }
  }
  cells_left -= cells;
  return {};
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const std::string near = nearest(word, known);
  return near.empty() ? std::string() : fmt::format("; did you mean '{}'?", near);
}

Result<std::vector<CampaignValue>> read_values(const CellKey& key, std::string_view text,
                                               const SourcePosition& at) {
  auto texts = canonical_texts(key, text);
  if (!texts) return error_at(at, fmt::format("{}: {}", key.name, texts.error().message));
  std::vector<CampaignValue> values;
  values.reserve(texts->size());
  for (std::string& canonical : *texts) values.push_back({std::move(canonical), at});
  return values;
}

}  // namespace pmembench
