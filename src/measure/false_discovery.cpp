#include "measure/false_discovery.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace pmembench {

std::vector<double> benjamini_hochberg(std::span<const double> p_values) {
  std::vector<double> adjusted;
  adjusted.reserve(p_values.size());
  for (const double p : p_values) adjusted.push_back(std::isnan(p) ? 1 : std::clamp(p, 0.0, 1.0));
  std::vector<std::size_t> order(adjusted.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return adjusted[a] < adjusted[b]; });
  const auto tests = static_cast<double>(order.size());
  double smallest = 1;
  for (std::size_t i = order.size(); i-- > 0;) {
    smallest = std::min(smallest, adjusted[order[i]] * tests / static_cast<double>(i + 1));
    adjusted[order[i]] = smallest;
  }
  return adjusted;
}

}  // namespace pmembench
