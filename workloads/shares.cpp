#include "workloads/shares.hpp"

#include <charconv>

#include "base/units.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kMostShares = 100;

}  // namespace

std::optional<double> parse_percent(std::string_view text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
  if (!(value >= 0 && value <= 100)) return std::nullopt;
  return value;
}

Result<std::vector<std::pair<std::string_view, double>>> read_shares(std::string_view text) {
  std::vector<std::pair<std::string_view, double>> shares;
  for (bool more = true; more;) {
    const std::size_t plus = text.find('+');
    const std::string_view piece = text.substr(0, plus);
    more = plus != std::string_view::npos;
    if (more) text.remove_prefix(plus + 1);
    const std::size_t colon = piece.find(':');
    const auto percent =
        colon == std::string_view::npos ? std::nullopt : parse_percent(piece.substr(colon + 1));
    if (!percent || colon == 0) {
      return usage_error("'{}' is not a value, a colon and a percentage, as in 4K:60+64K:40",
                         piece);
    }
    shares.emplace_back(piece.substr(0, colon), *percent);
    if (shares.size() > kMostShares) {
      return usage_error("there are more than {} shares", kMostShares);
    }
  }
  return shares;
}

Result<std::vector<SizeShare>> read_sizes(std::string_view text) {
  const auto shares = read_shares(text);
  if (!shares) return shares.error();
  std::vector<SizeShare> sizes;
  unsigned sum = 0;
  for (const auto& [size, percent] : *shares) {
    const auto bytes = parse_size(size);
    if (!bytes) return bytes.error();
    const auto whole = static_cast<unsigned>(percent);
    if (whole == 0 || whole != percent) {
      return usage_error("{} has {} % of the operations: give whole percents above 0", size,
                         percent);
    }
    sizes.push_back({*bytes, whole});
    sum += whole;
  }
  if (sum == 100) return sizes;
  return usage_error("the sizes '{}' have {} % of the operations together: they must add up to 100",
                     text, sum);
}

}  // namespace pmembench
