#include "import/foreign_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "import/imported.hpp"

namespace pmembench {
namespace {

constexpr std::string_view kBlanks = " \t\r\v\f";

// UTF-16 and UTF-32 have a mark, or a zero byte in each ASCII character.
bool is_wide(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) return true;
  constexpr std::size_t kEnough = 256;
  const std::string_view start = bytes.substr(0, kEnough);
  const auto zeros = static_cast<std::size_t>(std::count(start.begin(), start.end(), '\0'));
  return start.size() >= 8 && zeros * 5 >= start.size() * 2;
}

std::optional<std::size_t> first_control(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const auto byte = static_cast<unsigned char>(bytes[at]);
    const bool allowed = byte >= 0x20 || byte == '\n' || byte == '\t' || byte == '\r' ||
                         byte == '\v' || byte == '\f' || byte == 0x1B;
    if (!allowed || byte == 0x7F) return at;
  }
  return std::nullopt;
}

}  // namespace

Result<std::string> foreign_text(std::string bytes, const std::string& label) {
  if (bytes.size() > kLargestImportBytes) {
    return usage_error(
        "{} has {} bytes, and no result of a benchmark has more than {}: name "
        "another file",
        label, bytes.size(), kLargestImportBytes);
  }
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.erase(0, 3);
  if (is_wide(bytes)) {
    return usage_error("{} is not UTF-8 but UTF-16 or UTF-32: convert it with iconv -t UTF-8",
                       label);
  }
  if (bytes.find_first_not_of(" \t\r\n") == std::string::npos) {
    return usage_error("{} is empty: name a file with results", label);
  }
  if (const auto at = first_control(bytes); at) {
    return usage_error("{} is a binary file (byte {} is 0x{:02x}): name a text file with results",
                       label, *at, static_cast<unsigned char>(bytes[*at]));
  }
  return bytes;
}

std::vector<TextLine> lines_of(std::string_view text) {
  std::vector<TextLine> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back({lines.size() + 1, line});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool ends_with_line_break(std::string_view text) { return text.ends_with('\n'); }

std::string_view stripped(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = text.find_first_not_of(kBlanks); at != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(kBlanks, at), text.size());
    words.push_back(text.substr(at, end - at));
    at = text.find_first_not_of(kBlanks, end);
  }
  return words;
}

std::vector<std::string_view> split_at(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  for (;;) {
    const std::size_t end = text.find(separator);
    pieces.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + 1);
  }
}

std::optional<double> decimal(std::string_view text) {
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
  if (!whole || text.empty() || !std::isfinite(value)) return std::nullopt;
  return value;
}

Error refused_at(const std::string& label, std::size_t line, std::string_view sentence) {
  return usage_error("{}:{}: {}", label, line, sentence);
}

std::string quoted_part(std::string_view text) {
  constexpr std::size_t kMost = 60;
  std::string part;
  for (const char c : text.substr(0, kMost)) {
    const auto byte = static_cast<unsigned char>(c);
    part += byte >= 0x20 && byte < 0x7F ? c : '?';
  }
  return "'" + part + (text.size() > kMost ? "...'" : "'");
}

}  // namespace pmembench
