#include "import/foreign_json.hpp"

#include <fmt/format.h>

#include <cctype>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/plain_text.hpp"
#include "import/foreign_text.hpp"
#include "record/codec.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

constexpr int kDeepest = 64;

bool is_special_number(std::string_view word) {
  std::string lower;
  for (const char c : word) {
    lower += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return lower == "nan" || lower == "inf" || lower == "infinity";
}

// Walks over JSON and what only looks like it: strings, and how deep a place is.
struct DepthScanner {
  bool in_string = false, escaped = false;
  int depth = 0;

  void step(char c) {
    if (in_string) {
      if (escaped) {
        escaped = false;
      } else if (c == '\\') {
        escaped = true;
      } else if (c == '"') {
        in_string = false;
      }
      return;
    }
    if (c == '"') in_string = true;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
  }
};

bool is_too_deep(std::string_view text) {
  DepthScanner scanner;
  for (const char c : text) {
    scanner.step(c);
    if (scanner.depth > kDeepest) return true;
  }
  return false;
}

// At most a line of it, in characters that every terminal shows.
std::string short_ascii(std::string_view message) {
  std::string text;
  for (const char c : message.substr(0, 200)) {
    const auto byte = static_cast<unsigned char>(c);
    text += byte >= 0x20 && byte < 0x7F ? c : '?';
  }
  return text;
}

}  // namespace

std::string with_null_for_special_numbers(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  bool in_string = false;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (in_string || std::isalpha(static_cast<unsigned char>(c)) == 0) {
      result += c;
      if (in_string && c == '\\' && at + 1 < text.size()) result += text[++at];
      if (c == '"') in_string = !in_string;
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && std::isalpha(static_cast<unsigned char>(text[end])) != 0) ++end;
    const std::string_view word = text.substr(at, end - at);
    const bool special = is_special_number(word);
    if (special && !result.empty() && (result.back() == '-' || result.back() == '+')) {
      result.pop_back();
    }
    result += special ? json_text(json()) : std::string(word);
    at = end;
  }
  return result;
}

Result<Document> foreign_json(std::string_view text, const std::string& label) {
  if (is_too_deep(text)) {
    return usage_error("{} is nested more than {} levels deep, which no result is", label,
                       kDeepest);
  }
  try {
    return Document(json::parse(with_null_for_special_numbers(text)));
  } catch (const json::exception& error) {
    return usage_error("{} is not one JSON document ({}): it is cut, joined or of another kind",
                       label, short_ascii(without_library(error.what())));
  }
}

std::string_view first_object(std::string_view text, std::string_view* behind) {
  std::size_t start = text.starts_with('{') ? 0 : text.find("\n{");
  if (start == std::string_view::npos) return {};
  if (text[start] == '\n') ++start;
  DepthScanner scanner;
  std::size_t end = text.size();
  for (std::size_t at = start; at < text.size(); ++at) {
    scanner.step(text[at]);
    if (scanner.depth > 0 || scanner.in_string) continue;
    end = at + 1;
    break;
  }
  if (behind != nullptr) *behind = text.substr(end);
  return text.substr(start, end - start);
}

std::string foreign_text_of(const json& entry, const char* key, std::string_view otherwise) {
  const auto found = entry.find(key);
  return found != entry.end() && found->is_string() ? found->get<std::string>()
                                                    : std::string(otherwise);
}

double CheckedNumbers::checked(const json& value, const std::string& place, double most) {
  if (!value.is_number()) {
    refuse(place, fmt::format("{} is not a number", quoted_part(json_text(value))));
    return 0;
  }
  const auto number = value.get<double>();
  if (!std::isfinite(number) || number < 0 || number > most) {
    refuse(place, fmt::format("{} is {}", number,
                              number < 0 ? "negative" : fmt::format("not below {:g}", most)));
    return 0;
  }
  return number;
}

double CheckedNumbers::required(const json& object, const std::string& place, const char* key,
                                double most) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  const std::string at = fmt::format("{}.{}", place, key);
  if (!object.is_object() || found == object.end()) {
    refuse(at, "it is absent");
    return 0;
  }
  return checked(*found, at, most);
}

std::optional<double> CheckedNumbers::optional(const json& object, const std::string& place,
                                               const char* key, double most) {
  if (!object.is_object() || !object.contains(key)) return std::nullopt;
  return required(object, place, key, most);
}

void CheckedNumbers::refuse(const std::string& place, std::string_view why) {
  if (!status_) return;
  status_ = usage_error("{}: {}: {}: nothing of the file was imported", label_, place, why);
}

}  // namespace pmembench
