#include "measure/shift.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "base/check.hpp"
#include "measure/ranks.hpp"

namespace pmembench {
namespace {

__extension__ using Wide = unsigned __int128;

// C(80, 40) fits 128 bits with room: exact up to 40 values each.
constexpr std::size_t kExactOrders = 1600;
// With ties the distribution is made one value at a time, which costs more.
constexpr std::size_t kExactTied = 20;

bool is_exact(std::size_t m, std::size_t n) { return m <= 40 && n <= 40 && m * n <= kExactOrders; }

// How many of the orders of m and n values give each U: the Gaussian binomial coefficient, factor
// by factor. Arithmetic modulo 2^128 is exact, for each product is a polynomial of true counts.
std::vector<Wide> orders(std::size_t m, std::size_t n) {
  std::vector<Wide> counts(m * n + 1, 0);
  counts[0] = 1;
  for (std::size_t i = 1; i <= m; ++i) {
    for (std::size_t u = counts.size(); u-- > n + i;) counts[u] -= counts[u - n - i];
    for (std::size_t u = i; u < counts.size(); ++u) counts[u] += counts[u - i];
  }
  return counts;
}

double sum_of(const std::vector<Wide>& counts) {
  return static_cast<double>(std::accumulate(counts.begin(), counts.end(), Wide{0}));
}

double normal_at_most(double m, double n, double tie_term, double u) {
  const double all = m + n;
  const double variance = m * n / 12 * (all + 1 - tie_term / (all * (all - 1)));
  if (!(variance > 0)) return 1;
  return std::erfc((m * n / 2 - u - 0.5) / std::sqrt(2 * variance)) / 2;
}

// c of the interval [D_(c), D_(mn+1-c)]: 1 + max{u : P(U <= u) <= tail}; 0 where no u is that rare.
std::size_t interval_rank(std::size_t m, std::size_t n, double tail) {
  if (!is_exact(m, n)) {
    const auto first = static_cast<double>(m);
    const auto second = static_cast<double>(n);
    std::size_t low = 0;  // normal_at_most grows with u, and is a half in the middle
    std::size_t high = m * n / 2;
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      const bool rare = normal_at_most(first, second, 0, static_cast<double>(middle)) <= tail;
      (rare ? low : high) = rare ? middle + 1 : middle;
    }
    return low;
  }
  const std::vector<Wide> counts = orders(m, n);
  const double total = sum_of(counts);
  Wide reached = 0;
  for (std::size_t u = 0; u < counts.size(); ++u) {
    reached += counts[u];
    if (static_cast<double>(reached) / total > tail) return u;
  }
  return 0;
}

// Of twice the sum of the first sample's ranks.
TailProbabilities tied_tails(const std::vector<std::uint32_t>& doubled, std::size_t m,
                             std::size_t sum) {
  const std::size_t largest =
      std::accumulate(doubled.begin(), doubled.end(), std::size_t{0}, std::plus<>());
  const std::size_t width = largest + 1;
  std::vector<double> ways((m + 1) * width, 0);  // [chosen][sum]; sums of whole numbers below 2^53
  ways[0] = 1;
  std::size_t seen = 0;
  std::size_t reach = 0;
  for (const std::size_t rank : doubled) {
    ++seen;
    reach += rank;
    for (std::size_t chosen = std::min(seen, m); chosen >= 1; --chosen) {
      const double* from = &ways[(chosen - 1) * width];
      double* to = &ways[chosen * width];
      for (std::size_t s = reach; s >= rank; --s) to[s] += from[s - rank];
    }
  }
  const auto begin = ways.begin() + static_cast<std::ptrdiff_t>(m * width);
  const auto at = begin + static_cast<std::ptrdiff_t>(sum);
  const double total = std::accumulate(begin, ways.end(), 0.0);
  const double below = std::accumulate(begin, at, 0.0);
  return {(below + *at) / total, (total - below) / total};
}

double nth(std::vector<double>& values, std::size_t rank) {  // from 0
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

}  // namespace

Estimate hodges_lehmann_shift(std::span<const double> first, std::span<const double> second,
                              double confidence) {
  PMB_CHECK(!first.empty() && !second.empty(), "a shift needs a value on both sides");
  PMB_CHECK(confidence > 0 && confidence < 1, "a confidence is in (0, 1)");
  std::vector<double> differences;
  differences.reserve(first.size() * second.size());
  for (const double a : first) {
    for (const double b : second) differences.push_back(b - a);
  }
  const std::size_t count = differences.size();
  Estimate result;
  const double upper = nth(differences, count / 2);
  result.estimate =
      count % 2 == 1 ? upper
                     : nth(differences, count / 2 - 1) + (upper - differences[count / 2 - 1]) / 2;
  result.low = result.high = result.estimate;
  const std::size_t rank = interval_rank(first.size(), second.size(), (1 - confidence) / 2);
  if (rank == 0) return result;
  result.low = nth(differences, rank - 1);
  result.high = nth(differences, count - rank);
  result.has_interval = true;
  return result;
}

double mann_whitney_p_value(std::span<const double> first, std::span<const double> second) {
  PMB_CHECK(!first.empty() && !second.empty(), "ranks need a value on both sides");
  std::vector<double> all(first.begin(), first.end());
  all.insert(all.end(), second.begin(), second.end());
  const Midranks ranks = midranks(all);
  const std::size_t m = first.size();
  const std::size_t n = second.size();
  const std::size_t sum =
      std::accumulate(ranks.doubled.begin(), ranks.doubled.begin() + static_cast<std::ptrdiff_t>(m),
                      std::size_t{0}, std::plus<>());
  const bool tied = ranks.tie_term > 0;
  TailProbabilities tails{};
  if (!tied && is_exact(m, n)) {
    const std::size_t u = (sum - m * (m + 1)) / 2;
    const std::vector<Wide> counts = orders(m, n);
    const auto at = counts.begin() + static_cast<std::ptrdiff_t>(u);
    const auto below = static_cast<double>(std::accumulate(counts.begin(), at, Wide{0}));
    const double total = sum_of(counts);
    tails = {(below + static_cast<double>(*at)) / total, (total - below) / total};
  } else if (tied && m <= kExactTied && n <= kExactTied) {
    tails = tied_tails(ranks.doubled, m, sum);
  } else {
    const double u = (static_cast<double>(sum) - static_cast<double>(m * (m + 1))) / 2;
    const auto a = static_cast<double>(m);
    const auto b = static_cast<double>(n);
    tails = {normal_at_most(a, b, ranks.tie_term, u),
             normal_at_most(a, b, ranks.tie_term, a * b - u)};
  }
  return std::min(1.0, 2 * std::min(tails.at_least, tails.at_most));
}

double mann_whitney_cdf(unsigned m, unsigned n, unsigned u) {
  PMB_CHECK(is_exact(m, n), "at most 40 values each are counted exactly");
  const std::vector<Wide> counts = orders(m, n);
  if (u >= counts.size()) return 1;
  const Wide reached = std::accumulate(counts.begin(), counts.begin() + u + 1, Wide{0});
  return static_cast<double>(reached) / sum_of(counts);
}

}  // namespace pmembench
