#include "cli/headline_text.hpp"

#include <fmt/core.h>

#include <algorithm>

namespace pmembench {
namespace {

constexpr std::size_t kWidth = 80;

std::size_t columns_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char letter) {
    return (static_cast<unsigned char>(letter) & 0xC0U) != 0x80U;  // not inside a UTF-8 character
  }));
}

// Words in lines of kWidth, each but the first behind `indent` blanks; the first has `used`
// columns.
std::string wrapped(const std::string& text, std::size_t indent, std::size_t used) {
  std::string lines;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    begin = end + 1;
    if (used > indent && used + 1 + columns_of(word) > kWidth) {
      lines += "\n" + std::string(indent, ' ');
      used = indent;
    } else if (used > indent) {
      lines += " ";
      ++used;
    }
    lines += word;
    used += columns_of(word);
  }
  return lines;
}

// What, value, of what: in three columns.
std::string line_text(const HeadlineLine& line, std::size_t name_width, std::size_t value_width) {
  if (line.value.empty()) {
    return line.what + ": " + wrapped(line.of, 2, columns_of(line.what) + 2) + "\n";
  }
  std::string text = line.what + std::string(name_width - columns_of(line.what) + 2, ' ');
  text += line.value;
  if (line.of.empty()) return text + "\n";
  const std::size_t indent = name_width + value_width + 4;
  return text + std::string(value_width - columns_of(line.value) + 2, ' ') +
         wrapped(line.of, indent, indent) + "\n";
}

}  // namespace

std::string headline_text(const Derived& derived) {
  if (derived.headline.empty() && derived.quotable.empty()) return "";
  std::size_t name_width = 0, value_width = 0, light_width = 0;
  for (const HeadlineLine& line : derived.headline) {
    if (line.value.empty()) continue;
    name_width = std::max(name_width, columns_of(line.what));
    value_width = std::max(value_width, columns_of(line.value));
  }
  std::string text;
  for (const HeadlineLine& line : derived.headline) {
    text += line_text(line, name_width, value_width);
  }
  for (const QuotableLight& light : derived.quotable) {
    light_width = std::max(light_width, columns_of(light.name));
  }
  text += "\nmay these numbers be quoted?\n";
  for (const QuotableLight& light : derived.quotable) {
    const std::string head =
        fmt::format("  {:<{}}  {:<6}  ", light.name, light_width, light.answer);
    text += head + wrapped(light.reason, columns_of(head), columns_of(head)) + "\n";
  }
  return text;
}

}  // namespace pmembench
