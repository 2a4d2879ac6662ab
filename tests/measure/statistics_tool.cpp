// Reads lines "WHAT NUMBER ..." and prints one JSON value for each: what statistics_scipy_test.py
// compares with scipy's. Samples of two begin with the size of the first.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "measure/beta.hpp"
#include "measure/false_discovery.hpp"
#include "measure/quantile_interval.hpp"
#include "measure/shift.hpp"
#include "measure/signed_rank.hpp"
#include "measure/spread.hpp"

namespace {

using pmembench::Alternative;
using Numbers = std::vector<double>;

std::uint64_t whole(double value) { return static_cast<std::uint64_t>(value); }

std::string signed_rank(const Numbers& values) {
  return fmt::format("[{}, {}, {}]", pmembench::signed_rank_p_value(values),
                     pmembench::signed_rank_p_value(values, Alternative::greater),
                     pmembench::signed_rank_p_value(values, Alternative::less));
}

// CONFIDENCE SIZE FIRST... SECOND...
std::string shift(const Numbers& numbers) {
  const std::span<const double> values = std::span(numbers).subspan(2);
  const auto first = values.first(whole(numbers[1]));
  const auto second = values.subspan(first.size());
  const pmembench::Estimate found = pmembench::hodges_lehmann_shift(first, second, numbers[0]);
  return fmt::format(R"({{"estimate": {}, "low": {}, "high": {}, "has_interval": {}, "p": {}}})",
                     found.estimate, found.low, found.high, found.has_interval,
                     pmembench::mann_whitney_p_value(first, second));
}

std::string ranks(const Numbers& numbers) {
  const auto found = pmembench::quantile_ranks(whole(numbers[0]), numbers[1], numbers[2]);
  return found ? fmt::format("[{}, {}]", found->low, found->high) : "null";
}

std::string rate(const Numbers& numbers) {
  const auto found = pmembench::rate_interval(whole(numbers[0]), whole(numbers[1]), numbers[2]);
  return fmt::format("[{}, {}]", found.low, found.high);
}

std::string answer(const std::string& what, const Numbers& numbers) {
  if (what == "signed_rank") return signed_rank(numbers);
  if (what == "shift") return shift(numbers);
  if (what == "bh") {
    return fmt::format("[{}]", fmt::join(pmembench::benjamini_hochberg(numbers), ", "));
  }
  if (what == "ranks") return ranks(numbers);
  if (what == "rate") return rate(numbers);
  if (what == "beta") {
    return fmt::format("{}", pmembench::regularized_beta(numbers[0], numbers[1], numbers[2]));
  }
  if (what == "student") {
    return fmt::format("{}", pmembench::student_quantile(numbers[0], numbers[1]));
  }
  if (what == "normal") return fmt::format("{}", pmembench::normal_quantile(numbers[0]));
  if (what == "deviation") {
    return fmt::format("[{}, {}]", pmembench::robust_deviation(numbers),
                       pmembench::standard_deviation(numbers));
  }
  return {};
}

}  // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream words(line);
    std::string what;
    words >> what;
    Numbers numbers;
    for (double value = 0; words >> value;) numbers.push_back(value);
    const std::string text = words.eof() ? answer(what, numbers) : "";
    if (text.empty()) {
      fmt::print(stderr, "cannot read \"{}\"\n", line);
      return 2;
    }
    fmt::print("{}\n", text);
  }
  return 0;
}
