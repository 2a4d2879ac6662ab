#include "base/plain_text.hpp"

#include <cstdint>

namespace pmembench {
namespace {

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

std::string xml_text(std::string_view text) {
  std::string result;
  for (const char c : plain_text(text)) {
    if (c == '&') {
      result += "&amp;";
    } else if (c == '<') {
      result += "&lt;";
    } else if (c == '>') {
      result += "&gt;";
    } else if (c == '"') {
      result += "&quot;";
    } else if (c == '\'') {
      result += "&apos;";
    } else {
      result += c;
    }
  }
  return result;
}

}  // namespace pmembench
