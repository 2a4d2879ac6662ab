#include "base/plain_text.hpp"

#include <algorithm>

#include "base/utf8.hpp"

namespace pmembench {
namespace {

// The length of the UTF-8 character that begins `text`; 0 where there is none, or one that XML 1.0
// forbids (U+FFFE, U+FFFF).
std::size_t length_for_xml(std::string_view text) {
  const bool forbidden = text.starts_with("\xEF\xBF\xBE") || text.starts_with("\xEF\xBF\xBF");
  return forbidden ? 0 : utf8_length(text);
}

}  // namespace

std::string plain_text(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = length_for_xml(text);
    const auto first = static_cast<unsigned char>(text.front());
    if (length == 0) {
      result += '?';
    } else if (first < 0x20 || first == 0x7F) {
      result += ' ';
    } else {
      result += text.substr(0, length);
    }
    text.remove_prefix(std::max(length, std::size_t{1}));
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

std::string_view without_library(std::string_view message) {
  const std::size_t end = message.find("] ");
  const bool named = message.starts_with("[json.exception") && end != std::string_view::npos;
  return named ? message.substr(end + 2) : message;
}

}  // namespace pmembench
