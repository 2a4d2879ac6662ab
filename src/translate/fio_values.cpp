#include "translate/fio_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/units.hpp"
#include "import/foreign_text.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kTooMuch = 101;

// Nothing where none is given.
std::optional<std::uint64_t> percent_of(std::string_view piece) {
  const auto parts = split_at(piece, '/');
  if (parts.size() < 2 || parts[1].empty()) return std::nullopt;
  const auto percent = parse_count(parts[1]);
  return percent ? *percent : kTooMuch;
}

}  // namespace

std::optional<std::uint64_t> size_of_fio(std::string_view text) {
  std::string upper(stripped(text));
  std::transform(upper.begin(), upper.end(), upper.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  const auto bytes = parse_size(upper);
  return bytes && *bytes > 0 ? std::optional(*bytes) : std::nullopt;
}

std::optional<std::string> sizes_of_bssplit(std::string_view text, bool writes) {
  const auto kinds = split_at(text, ',');
  const auto pieces = split_at(writes && kinds.size() > 1 ? kinds[1] : kinds[0], ':');
  std::uint64_t rest = 100, without = 0;
  for (const std::string_view piece : pieces) {
    const auto percent = percent_of(piece);
    rest -= percent ? std::min(*percent, rest) : 0;
    without += percent ? 0 : 1;
  }
  std::string sizes;
  std::uint64_t sum = 0;
  for (const std::string_view piece : pieces) {
    const auto bytes = size_of_fio(split_at(piece, '/')[0]);
    const auto given = percent_of(piece);
    const std::uint64_t percent = given ? *given : rest / std::max<std::uint64_t>(1, without);
    if (!bytes || percent == 0 || percent >= kTooMuch) return std::nullopt;
    sum += percent;
    sizes += fmt::format("{}{}:{}", sizes.empty() ? "" : "+", format_size_short(*bytes), percent);
  }
  return sum == 100 ? std::optional(sizes) : std::nullopt;
}

std::string zones_of_fio(std::string text) {
  std::replace(text.begin(), text.end(), ':', '+');
  std::replace(text.begin(), text.end(), '/', ':');
  return text;
}

}  // namespace pmembench
