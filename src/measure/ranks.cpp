#include "measure/ranks.hpp"

#include <algorithm>
#include <numeric>

namespace pmembench {

Midranks midranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  Midranks ranks;
  ranks.doubled.resize(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const auto tied = static_cast<double>(end - begin);
    ranks.tie_term += tied * tied * tied - tied;
    // Ranks begin + 1 to end: twice their mean is begin + 1 + end.
    for (std::size_t i = begin; i < end; ++i) {
      ranks.doubled[order[i]] = static_cast<std::uint32_t>(begin + 1 + end);
    }
    begin = end;
  }
  return ranks;
}

}  // namespace pmembench
