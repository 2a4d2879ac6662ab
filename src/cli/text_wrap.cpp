#include "cli/text_wrap.hpp"

#include <algorithm>

namespace pmembench {
namespace {

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

// How many bytes of `word` make at most `width` characters and end well.
std::size_t piece_bytes(std::string_view word, std::size_t width) {
  std::size_t bytes = 0, characters = 0;
  while (bytes < word.size()) {
    if (begins_character(word[bytes]) && ++characters > width) break;
    ++bytes;
  }
  if (bytes == word.size()) return bytes;
  const std::size_t last = word.substr(0, bytes).find_last_of("/,:;");
  // Not so near its beginning that a line would be empty for it.
  return last == std::string_view::npos || last + 1 < bytes / 2 ? bytes : last + 1;
}

}  // namespace

std::size_t text_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::vector<std::string> wrapped_lines(std::string_view text, std::size_t width) {
  width = std::max<std::size_t>(width, 1);
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const std::size_t start = std::min(text.find_first_not_of(' '), text.size());
    text.remove_prefix(start);
    if (text.empty()) break;
    std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(word.size());
    const std::size_t used = lines.back().empty() ? 0 : text_width(lines.back()) + 1;
    if (used + text_width(word) <= width) {
      lines.back() += (used == 0 ? "" : " ") + std::string(word);
      continue;
    }
    if (used > 0) lines.emplace_back();
    while (text_width(word) > width) {
      const std::size_t bytes = piece_bytes(word, width);
      lines.back() = word.substr(0, bytes);
      lines.emplace_back();
      word.remove_prefix(bytes);
    }
    lines.back() = word;
  }
  return lines;
}

std::string wrapped_text(std::string_view text, std::size_t width, std::size_t indent) {
  std::string result;
  for (const std::string& line : wrapped_lines(text, width - std::min(width, indent))) {
    if (!result.empty()) result += "\n" + std::string(indent, ' ');
    result += line;
  }
  return result;
}

}  // namespace pmembench
