#include "config/expectation.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/units.hpp"
#include "config/cell_values.hpp"

namespace pmembench {
namespace {

enum class ExpectedKind { size, node, word, flag, bandwidth, rate, duration };

struct ExpectationKey {
  std::string_view name;
  ExpectedKind kind;
};
constexpr std::array<ExpectationKey, 15> kExpectations{{{"page_bytes", ExpectedKind::size},
                                                        {"node", ExpectedKind::node},
                                                        {"persistence_domain", ExpectedKind::word},
                                                        {"file_system", ExpectedKind::word},
                                                        {"claim", ExpectedKind::word},
                                                        {"dax", ExpectedKind::flag},
                                                        {"map_sync", ExpectedKind::flag},
                                                        {"bandwidth", ExpectedKind::bandwidth},
                                                        {"rate", ExpectedKind::rate},
                                                        {"time", ExpectedKind::duration},
                                                        {"p50", ExpectedKind::duration},
                                                        {"p90", ExpectedKind::duration},
                                                        {"p99", ExpectedKind::duration},
                                                        {"p99.9", ExpectedKind::duration},
                                                        {"p99.99", ExpectedKind::duration}}};

bool is_measured(ExpectedKind kind) {
  return kind == ExpectedKind::bandwidth || kind == ExpectedKind::rate ||
         kind == ExpectedKind::duration;
}

const char* example_of(ExpectedKind kind) {
  switch (kind) {
    case ExpectedKind::size:
      return "2M";
    case ExpectedKind::node:
      return "1";
    case ExpectedKind::word:
      return "memory_controller";
    case ExpectedKind::flag:
      return "true";
    case ExpectedKind::bandwidth:
      return ">= 20G";
    case ExpectedKind::rate:
      return ">= 1.5M";
    case ExpectedKind::duration:
      break;
  }
  return "<= 2us";
}

std::string_view without_blanks(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  return text;
}

// Takes ">=" or "<=" from the front.
ExpectedRelation take_relation(std::string_view& text) {
  const bool least = text.starts_with(">=");
  const bool most = text.starts_with("<=");
  if (!least && !most) return ExpectedRelation::equal;
  text = without_blanks(text.substr(2));
  return least ? ExpectedRelation::at_least : ExpectedRelation::at_most;
}

// "20000", "20k", "1.5M": powers of ten, as `rate` of a cell.
Result<double> operations_of(std::string_view text) {
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view suffix(parsed.ptr, text.data() + text.size());
  const double factor = suffix.empty()  ? 1
                        : suffix == "k" ? 1e3
                        : suffix == "M" ? 1e6
                        : suffix == "G" ? 1e9
                                        : 0;
  if (parsed.ec != std::errc{} || factor == 0 || !(value > 0) || value > 1e15) {
    return usage_error("'{}' is not a rate: write operations a second, such as 20k or 1.5M", text);
  }
  return value * factor;
}

Result<double> number_of(ExpectedKind kind, std::string_view text) {
  if (kind == ExpectedKind::rate) return operations_of(text);
  if (kind == ExpectedKind::duration) {
    const auto ns = parse_duration_ns(text);
    if (!ns) return ns.error();
    return static_cast<double>(*ns);
  }
  if (kind == ExpectedKind::node) {
    const auto node = parse_count(text);
    if (!node || *node > 1'000'000) {
      return usage_error("'{}' is not the number of a node", text);
    }
    return static_cast<double>(*node);
  }
  if (kind == ExpectedKind::bandwidth && text.ends_with("/s")) text.remove_suffix(2);
  const auto bytes = parse_size(text);
  if (!bytes) return bytes.error();
  return static_cast<double>(*bytes);
}

Status read_value(ExpectedKind kind, std::string_view text, Expectation& expectation) {
  expectation.relation = take_relation(text);
  const bool has_relation = expectation.relation != ExpectedRelation::equal;
  if (has_relation != is_measured(kind)) {
    return usage_error("'{}' {}: write it as \"{}\"", expectation.text,
                       has_relation ? "has a relation, and the fact is equal to a value or is not"
                                    : "has no relation, and no two measurements are equal",
                       example_of(kind));
  }
  if (kind == ExpectedKind::word || kind == ExpectedKind::flag) {
    expectation.word = text;
    const bool is_flag = text == "true" || text == "false";
    if (text.empty() || (kind == ExpectedKind::flag && !is_flag)) {
      return usage_error("'{}' is not {}", text,
                         kind == ExpectedKind::flag ? "true or false" : "a word");
    }
    return {};
  }
  const auto number = number_of(kind, text);
  if (!number) return number.error();
  expectation.number = *number;
  return {};
}

}  // namespace

std::vector<std::string> expectation_names() {
  std::vector<std::string> names;
  for (const ExpectationKey& key : kExpectations) names.emplace_back(key.name);
  return names;
}

Result<Expectation> read_expectation(const std::string& name, std::string_view text,
                                     const SourcePosition& at_name,
                                     const SourcePosition& at_value) {
  const auto* key = std::find_if(kExpectations.begin(), kExpectations.end(),
                                 [&](const ExpectationKey& each) { return each.name == name; });
  if (key == kExpectations.end()) {
    return error_at(at_name, fmt::format("nothing named '{}' can be expected{}", name,
                                         did_you_mean(name, expectation_names())));
  }
  Expectation expectation;
  expectation.name = name;
  expectation.text = text;
  expectation.at = at_value;
  const Status read = read_value(key->kind, text, expectation);
  if (!read) return error_at(at_value, fmt::format("{}: {}", name, read.error().message));
  return expectation;
}

}  // namespace pmembench
