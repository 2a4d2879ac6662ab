#include "characterize/paired_cost.hpp"

#include <algorithm>
#include <cmath>

#include "measure/estimate.hpp"
#include "measure/signed_rank.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kFewestProcesses = 6;
constexpr double kNoDifference = 0.04;

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
    if (cost.high - cost.low > kNoDifference * median(without_ns)) {
      return not_determined(property, "noise: the interval of the cost holds 0");
    }
    result.determined = result.none = true;
    result.missed = "a cost below 4 % of the time without it";
    return result;
  }
  if (cost.high - cost.low > cost.estimate) {
    return not_determined(property, "noise: the interval is wider than the cost");
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
  if (factor.low <= 0 && factor.high >= 0) {
    if (std::max(-factor.low, factor.high) > kNoDifference) {
      return not_determined(property, "noise: the interval of the factor holds 1");
    }
    result.determined = result.none = true;
    result.missed = "a factor within 4 % of 1";
    return result;
  }
  if (factor.high - factor.low > std::max(std::abs(factor.estimate), kNoDifference)) {
    return not_determined(property, "noise: the interval is wider than the factor is from 1");
  }
  result.determined = true;
  result.value = std::exp(factor.estimate);
  result.low = std::exp(factor.low);
  result.high = std::exp(factor.high);
  return result;
}

}  // namespace pmembench
