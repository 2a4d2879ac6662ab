#include "measure/signed_rank.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <vector>

#include "base/check.hpp"
#include "measure/ranks.hpp"

namespace pmembench {
namespace {

TailProbabilities exact_tails(const std::vector<std::uint32_t>& doubled, std::size_t sum) {
  const std::size_t largest =
      std::accumulate(doubled.begin(), doubled.end(), std::size_t{0}, std::plus<>());
  std::vector<std::uint64_t> patterns(largest + 1, 0);  // by the sum of the ranks that are positive
  patterns[0] = 1;
  std::size_t reach = 0;
  for (const std::size_t rank : doubled) {
    reach += rank;
    for (std::size_t s = reach; s >= rank; --s) patterns[s] += patterns[s - rank];
  }
  std::uint64_t below = 0;
  for (std::size_t s = 0; s < sum; ++s) below += patterns[s];
  const std::uint64_t all = std::uint64_t{1} << doubled.size();
  const double total = std::ldexp(1.0, static_cast<int>(doubled.size()));
  return {static_cast<double>(below + patterns[sum]) / total,
          static_cast<double>(all - below) / total};
}

TailProbabilities normal_tails(double n, double tie_term, double statistic) {
  const double mean = n * (n + 1) / 4;
  const double variance = n * (n + 1) * (2 * n + 1) / 24 - tie_term / 48;
  const double scale = std::sqrt(2 * variance);
  // 0.5: the continuity correction.
  return {std::erfc((mean - statistic - 0.5) / scale) / 2,
          std::erfc((statistic - mean - 0.5) / scale) / 2};
}

}  // namespace

double signed_rank_p_value(std::span<const double> differences, Alternative alternative) {
  std::vector<double> sizes;
  std::vector<bool> positive;
  for (const double difference : differences) {
    PMB_CHECK(!std::isnan(difference), "a rank needs a number");
    if (difference == 0) continue;
    sizes.push_back(std::abs(difference));
    positive.push_back(difference > 0);
  }
  if (sizes.empty()) return 1;
  const Midranks ranks = midranks(sizes);
  std::size_t sum = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) sum += positive[i] ? ranks.doubled[i] : 0;
  const TailProbabilities tails = sizes.size() <= kExactSignPatterns
                                      ? exact_tails(ranks.doubled, sum)
                                      : normal_tails(static_cast<double>(sizes.size()),
                                                     ranks.tie_term, static_cast<double>(sum) / 2);
  if (alternative == Alternative::greater) return tails.at_least;
  if (alternative == Alternative::less) return tails.at_most;
  return std::min(1.0, 2 * std::min(tails.at_least, tails.at_most));
}

}  // namespace pmembench
