#include "cli/headline_text.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "cli/text_wrap.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kWidth = 80;

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width - text_width(text), ' ');
}

// What, value, of what: in three columns.
std::string line_text(const HeadlineLine& line, std::size_t name_width, std::size_t value_width) {
  const std::string text = padded(line.what, name_width) + "  ";
  if (line.of.empty()) return text + line.value + "\n";
  return text + padded(line.value, value_width) + "  " +
         wrapped_text(line.of, kWidth, name_width + value_width + 4) + "\n";
}

}  // namespace

std::string headline_text(const Derived& derived) {
  if (derived.headline.empty() && derived.quotable.empty()) return "";
  std::size_t name_width = 0, value_width = 0, light_width = 0;
  for (const HeadlineLine& line : derived.headline) {
    name_width = std::max(name_width, text_width(line.what));
    value_width = std::max(value_width, text_width(line.value));
  }
  std::string text;
  for (const HeadlineLine& line : derived.headline) {
    text += line_text(line, name_width, value_width);
  }
  for (const QuotableLight& light : derived.quotable) {
    light_width = std::max(light_width, text_width(light.name));
  }
  text += "\nmay these numbers be quoted?\n";
  for (const QuotableLight& light : derived.quotable) {
    const std::string head =
        fmt::format("  {:<{}}  {:<6}  ", light.name, light_width, light.answer);
    text += head + wrapped_text(light.reason, kWidth, text_width(head)) + "\n";
  }
  return text;
}

}  // namespace pmembench
