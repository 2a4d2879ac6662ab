#include "characterize/paired_cost.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "measure/estimate.hpp"
#include "measure/signed_rank.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kFewestProcesses = 6;
constexpr double kNoDifference = 0.05;  // of what was measured: an interval that ends there is none

constexpr double kNoFactor = 0.08;  // as logarithm
constexpr double kWidest = 0.4;  // of the value: the interval that is still one

}  // namespace

Inference infer_cost(std::string_view property, std::span<const double> with_ns,
                     std::span<const double> without_ns) {
  const std::size_t count = std::min(with_ns.size(), without_ns.size());
  if (count < kFewestProcesses) return not_determined(property, "fewer than six processes");
  std::vector<double> differences;
  for (std::size_t i = 0; i < count; ++i) differences.push_back(with_ns[i] - without_ns[i]);
  const Estimate cost = hodges_lehmann(differences);
  Inference result;
  result.property = property;
  result.unit = "ns";
  result.test = "signed rank of paired medians";
  result.p = signed_rank_p_value(differences);
  if (cost.low <= 0) {
    const double most = std::max(cost.high, 0.0) / median(without_ns);
    if (most > kNoDifference) {
      return not_determined(property, "noise: the interval of the cost holds 0");
    }
    result.determined = result.none = true;
    result.missed = fmt::format("a cost of up to {:.1f} % of the time without it", 100 * most);
    return result;
  }
  if (cost.high - cost.low > kWidest * cost.estimate) {
    return not_determined(property, "noise: the interval is wider than 40 % of the cost");
  }
  result.determined = true;
  result.value = cost.estimate;
  result.low = cost.low;
  result.high = cost.high;
  return result;
}

Inference infer_factor(std::string_view property, std::span<const double> with,
                       std::span<const double> without) {
  const std::size_t count = std::min(with.size(), without.size());
  if (count < kFewestProcesses) return not_determined(property, "fewer than six processes");
  std::vector<double> logs;
  for (std::size_t i = 0; i < count; ++i) logs.push_back(std::log(with[i] / without[i]));
  const Estimate factor = hodges_lehmann(logs);
  Inference result;
  result.property = property;
  result.unit = "x";
  result.test = "signed rank of paired log ratios";
  result.p = signed_rank_p_value(logs);
  const double most = std::max(std::abs(factor.low), std::abs(factor.high));
  if (most <= kNoFactor) {
    result.determined = result.none = true;
    result.missed = fmt::format("a factor within {:.1f} % of 1", 100 * std::expm1(most));
    return result;
  }
  if (factor.low <= 0 && factor.high >= 0) {
    return not_determined(property, "noise: the interval of the factor holds 1");
  }
  if (factor.high - factor.low > std::max(std::abs(factor.estimate), kNoFactor)) {
    return not_determined(property, "noise: the interval is wider than the factor is from 1");
  }
  result.determined = true;
  result.value = std::exp(factor.estimate);
  result.low = std::exp(factor.low);
  result.high = std::exp(factor.high);
  return result;
}

}  // namespace pmembench
