// One function a kind of setting, one line a setting.
#include "config/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "base/units.hpp"

namespace pmembench {
namespace {

// Beyond any use; keeps the arithmetic of those who add them up far from overflow.
constexpr std::uint64_t kMaximumCount = 1'000'000;
constexpr std::uint64_t kMaximumDuration_ns = std::uint64_t{365} * 24 * 3600 * 1'000'000'000;

Status read_duration(std::uint64_t& duration_ns, std::string_view text) {
  const auto parsed = parse_duration_ns(text);
  if (!parsed) return parsed.error();
  if (*parsed == 0) return usage_error("'{}' is not a time above zero: write more than 0", text);
  if (*parsed > kMaximumDuration_ns) return usage_error("'{}' is longer than a year", text);
  duration_ns = *parsed;
  return {};
}

// "2%" or "0.02", above 0 and at most `limit`; exactly `limit` only where `inclusive`.
Status read_share(double& share, std::string_view text, bool inclusive) {
  const bool percent = text.ends_with('%');
  const std::string_view digits = percent ? text.substr(0, text.size() - 1) : text;
  double value = 0;
  const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (parsed.ec != std::errc{} || parsed.ptr != digits.data() + digits.size()) {
    return usage_error("'{}' is not a share: write a percentage such as 2%, or 0.02", text);
  }
  if (percent) value /= 100;
  const bool fits = value > 0 && (inclusive ? value <= 1 : value < 1);
  if (!fits) {
    return usage_error("'{}' is out of range: it must be above 0% and {} 100%", text,
                       inclusive ? "at most" : "below");
  }
  share = value;
  return {};
}

Status read_number(unsigned& number, std::string_view text) {
  const auto parsed = parse_count(text);
  if (!parsed) return parsed.error();
  if (*parsed < 1 || *parsed > kMaximumCount) {
    return usage_error("'{}' is out of range: it must be from 1 to {}", text, kMaximumCount);
  }
  number = static_cast<unsigned>(*parsed);
  return {};
}

Status read_budget(MeasureSettings& settings, std::string_view text) {
  return read_duration(settings.budget_ns, text);
}
Status read_precision(MeasureSettings& settings, std::string_view text) {
  return read_share(settings.precision, text, true);
}
Status read_confidence(MeasureSettings& settings, std::string_view text) {
  return read_share(settings.confidence, text, false);
}
Status read_minimum_replicates(MeasureSettings& settings, std::string_view text) {
  return read_number(settings.minimum_replicates, text);
}
Status read_maximum_replicates(MeasureSettings& settings, std::string_view text) {
  return read_number(settings.maximum_replicates, text);
}
Status read_slices(MeasureSettings& settings, std::string_view text) {
  return read_number(settings.slices, text);
}
Status read_slice(MeasureSettings& settings, std::string_view text) {
  return read_duration(settings.slice_ns, text);
}
Status read_seed(MeasureSettings& settings, std::string_view text) {
  const auto parsed = parse_count(text);
  if (!parsed) return parsed.error();
  settings.seed = *parsed;
  return {};
}

struct SettingKey {
  std::string_view name;
  Status (*read)(MeasureSettings&, std::string_view);
};

constexpr std::array<SettingKey, 8> kSettings{{
    {"budget", read_budget},
    {"precision", read_precision},
    {"confidence", read_confidence},
    {"minimum_replicates", read_minimum_replicates},
    {"maximum_replicates", read_maximum_replicates},
    {"slices", read_slices},
    {"slice", read_slice},
    {"seed", read_seed},
}};

const SettingKey* find_setting(std::string_view name) {
  const auto* found = std::find_if(kSettings.begin(), kSettings.end(),
                                   [&](const SettingKey& key) { return key.name == name; });
  return found == kSettings.end() ? nullptr : found;
}

}  // namespace

std::vector<std::string> setting_names() {
  std::vector<std::string> names;
  for (const SettingKey& key : kSettings) names.emplace_back(key.name);
  return names;
}

bool is_setting(std::string_view name) { return find_setting(name) != nullptr; }

Status read_setting(MeasureSettings& settings, std::string_view name, std::string_view text,
                    const SourcePosition& at) {
  const SettingKey* key = find_setting(name);
  PMB_CHECK(key != nullptr, "read_setting was asked for a key that is not a setting");
  const Status status = key->read(settings, text);
  if (!status) return error_at(at, fmt::format("{}: {}", name, status.error().message));
  return {};
}

}  // namespace pmembench
