#include "base/units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <utility>

namespace pmembench {
namespace {

constexpr std::uint64_t kLimit = std::uint64_t{1} << 63;
constexpr std::size_t kMaximumValues = 4096;

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

// Splits "1.5G" into the number and its suffix. No sign, no exponent: those are not sizes.
bool split_number(std::string_view text, double& number, std::string_view& suffix) {
  text = trim(text);
  std::size_t length = 0;
  while (length < text.size() &&
         ((text[length] >= '0' && text[length] <= '9') || text[length] == '.')) {
    ++length;
  }
  const auto parsed = std::from_chars(text.data(), text.data() + length, number);
  if (length == 0 || parsed.ec != std::errc{} || parsed.ptr != text.data() + length) return false;
  suffix = trim(text.substr(length));
  return true;
}

struct Suffix {
  std::string_view text;
  double factor;
};

constexpr std::array<Suffix, 14> kSizeSuffixes{{{"", 1},
                                                {"b", 1},
                                                {"k", 0x1p10},
                                                {"kb", 0x1p10},
                                                {"kib", 0x1p10},
                                                {"m", 0x1p20},
                                                {"mb", 0x1p20},
                                                {"mib", 0x1p20},
                                                {"g", 0x1p30},
                                                {"gb", 0x1p30},
                                                {"gib", 0x1p30},
                                                {"t", 0x1p40},
                                                {"tb", 0x1p40},
                                                {"tib", 0x1p40}}};

constexpr std::array<Suffix, 6> kTimeSuffixes{
    {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}};

template <std::size_t N>
const Suffix* find_suffix(const std::array<Suffix, N>& suffixes, std::string_view text) {
  const std::string wanted = lower(text);
  const auto found = std::find_if(suffixes.begin(), suffixes.end(),
                                  [&](const Suffix& suffix) { return suffix.text == wanted; });
  return found == suffixes.end() ? nullptr : &*found;
}

// Whole numbers go by integers, so that sizes above 2^53 stay exact.
Result<std::uint64_t> scaled_size(std::string_view text, double number, const Suffix& suffix) {
  const double scaled = number * suffix.factor;
  if (scaled >= 0x1p63) return usage_error("size '{}' is too large: the limit is 8 EiB", text);
  if (scaled != std::floor(scaled)) {
    return usage_error("size '{}' is not a whole number of bytes", text);
  }
  std::uint64_t whole = 0;
  const std::string_view digits = trim(text);
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), whole);
  const bool fraction = parsed.ptr != digits.data() + digits.size() && *parsed.ptr == '.';
  if (parsed.ec == std::errc{} && !fraction) {
    return whole * static_cast<std::uint64_t>(suffix.factor);
  }
  return static_cast<std::uint64_t>(scaled);
}

// One step of a range; false when the value left [0, 2^63).
bool advance(std::uint64_t& value, char operation, std::uint64_t step) {
  switch (operation) {
    case '+':
      value += step;
      return value < kLimit;
    case '-':
      if (value < step) return false;
      value -= step;
      return true;
    case '*':
      if (value != 0 && step > kLimit / value) return false;
      value *= step;
      return true;
    default:
      value /= step;
      return true;
  }
}

bool arrives(std::uint64_t from, std::uint64_t to, char operation, std::uint64_t step) {
  if (from == to) return true;
  const bool up = operation == '+' || operation == '*';
  if (up != (from < to)) return false;
  if (operation == '*') return step > 1 && from > 0;
  if (operation == '/') return step > 1;
  return step > 0;
}

std::string with_three_digits(double value, std::string_view unit) {
  const int decimals = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  std::string digits = fmt::format("{:.{}f}", value, decimals);
  if (digits.find('.') != std::string::npos) {
    while (digits.back() == '0') digits.pop_back();
    if (digits.back() == '.') digits.pop_back();
  }
  return fmt::format("{} {}", digits, unit);
}

// The largest unit of which `value` holds at least one whole; `value` is scaled in place.
template <std::size_t N>
std::string_view scale(double& value, double base, const std::array<std::string_view, N>& units) {
  std::size_t index = 0;
  while (index + 1 < N && value >= base * 0.9995) {
    value /= base;
    ++index;
  }
  return units[index];
}

// Two neighbours that changed places are one mistake (optimal string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, above, row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before = std::exchange(above, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

Result<std::uint64_t> parse_size(std::string_view text) {
  double number = 0;
  std::string_view rest;
  const Suffix* suffix =
      split_number(text, number, rest) ? find_suffix(kSizeSuffixes, rest) : nullptr;
  if (suffix == nullptr) {
    return usage_error("'{}' is not a size: write bytes or a number with K, M, G or T", text);
  }
  return scaled_size(text, number, *suffix);
}

Result<std::uint64_t> parse_duration_ns(std::string_view text) {
  double number = 0;
  std::string_view rest;
  const Suffix* suffix =
      split_number(text, number, rest) ? find_suffix(kTimeSuffixes, rest) : nullptr;
  if (suffix == nullptr) {
    return usage_error("'{}' is not a duration: write a number with ns, us, ms, s, m or h", text);
  }
  const double scaled = number * suffix->factor;
  if (scaled >= 0x1p63) return usage_error("duration '{}' is too long", text);
  return static_cast<std::uint64_t>(std::llround(scaled));
}

Result<std::vector<std::uint64_t>> parse_range(std::string_view text) {
  const std::size_t first = text.find(':');
  if (first == std::string_view::npos) {
    const auto single = parse_size(text);
    if (!single) return single.error();
    return std::vector<std::uint64_t>{*single};
  }
  const std::size_t second = text.find(':', first + 1);
  const std::string_view middle =
      second == std::string_view::npos ? "" : trim(text.substr(first + 1, second - first - 1));
  if (middle.size() < 2 ||
      std::string_view("+-*/").find(middle.front()) == std::string_view::npos) {
    return usage_error(
        "'{}' is not a range: write FIRST:STEP:LAST with a step such as *2, /2, +64 "
        "or -64, as in 1:*2:32",
        text);
  }
  const auto from = parse_size(text.substr(0, first));
  const auto step = parse_size(middle.substr(1));
  const auto to = parse_size(text.substr(second + 1));
  for (const auto* part : {&from, &step, &to}) {
    if (!*part) return part->error().with_context(fmt::format("range '{}'", text));
  }
  if (!arrives(*from, *to, middle.front(), *step)) {
    return usage_error("range '{}' never arrives at {} from {} by {}", text, *to, *from, middle);
  }
  std::vector<std::uint64_t> values;
  const bool up = *from <= *to;
  for (std::uint64_t value = *from; up ? value <= *to : value >= *to;) {
    if (values.size() == kMaximumValues) {
      return usage_error("range '{}' has more than {} values", text, kMaximumValues);
    }
    values.push_back(value);
    if (value == *to || !advance(value, middle.front(), *step)) break;
  }
  return values;
}

Result<std::uint64_t> parse_count(std::string_view text) {
  const std::string_view digits = trim(text);
  std::uint64_t value = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (digits.empty() || parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size() ||
      value >= kLimit) {
    return usage_error("'{}' is not a whole number", text);
  }
  return value;
}

std::string format_size(std::uint64_t size_bytes) {
  static constexpr std::array<std::string_view, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(size_bytes);
  std::size_t unit = 0;
  while (unit + 1 < kUnits.size() && value >= 1024) {
    value /= 1024;
    ++unit;
  }
  return fmt::format("{:.6g} {}", value, kUnits[unit]);
}

std::string format_size_short(std::uint64_t size_bytes) {
  static constexpr std::array<char, 5> kUnits{'B', 'K', 'M', 'G', 'T'};
  std::size_t unit = 0;
  while (unit + 1 < kUnits.size() && size_bytes != 0 && size_bytes % 1024 == 0) {
    size_bytes /= 1024;
    ++unit;
  }
  return fmt::format("{}{}", size_bytes, kUnits[unit]);
}

std::string format_duration_ns(double duration_ns) {
  static constexpr std::array<std::string_view, 4> kUnits{"ns", "us", "ms", "s"};
  const std::string_view unit = scale(duration_ns, 1000, kUnits);
  return with_three_digits(duration_ns, unit);
}

std::string format_bandwidth(double bandwidth_bytes_per_s) {
  static constexpr std::array<std::string_view, 5> kUnits{"B/s", "KiB/s", "MiB/s", "GiB/s",
                                                          "TiB/s"};
  const std::string_view unit = scale(bandwidth_bytes_per_s, 1024, kUnits);
  return with_three_digits(bandwidth_bytes_per_s, unit);
}

std::string format_rate(double rate_per_s) {
  static constexpr std::array<std::string_view, 4> kUnits{"/s", "k/s", "M/s", "G/s"};
  const std::string_view unit = scale(rate_per_s, 1000, kUnits);
  return with_three_digits(rate_per_s, unit);
}

std::string nearest(std::string_view key, const std::vector<std::string>& known) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, key.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(key, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace pmembench
