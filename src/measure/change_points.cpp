#include "measure/change_points.hpp"

#include <algorithm>
#include <cmath>

#include "base/check.hpp"
#include "base/random.hpp"
#include "measure/estimate.hpp"

namespace pmembench {
namespace {

struct Split {
  std::size_t at = 0;  // first index of the right side
  double energy = -1;  // below zero: none
};

double distances(std::span<const double> values, double from) {
  double sum = 0;
  for (const double value : values) sum += std::abs(value - from);
  return sum;
}

// The split with the largest energy statistic m n / (m + n) * (2 E|X-Y| - E|X-X'| - E|Y-Y'|).
// Points go from the right side to the left one by one, and the three sums with them.
Split best_split(std::span<const double> values, unsigned minimum_side) {
  const std::size_t count = values.size();
  double left = 0;
  double across = 0;
  double right = 0;
  for (std::size_t i = 1; i < count; ++i) right += distances(values.first(i), values[i]);
  Split best;
  for (std::size_t at = 1; at + minimum_side <= count; ++at) {
    const double moved = values[at - 1];
    const double to_left = distances(values.first(at - 1), moved);
    const double to_right = distances(values.subspan(at), moved);
    left += to_left;
    right -= to_right;
    across += to_right - to_left;
    if (at < minimum_side) continue;
    const auto m = static_cast<double>(at);
    const auto n = static_cast<double>(count - at);
    const double energy =
        m * n / (m + n) *
        (2 * across / (m * n) - 2 * left / (m * (m - 1)) - 2 * right / (n * (n - 1)));
    if (energy > best.energy) best = {at, energy};
  }
  return best;
}

// How rare a maximum of `energy` is among orders of the same values; stops as soon as it is known
// not to be significant.
double permutation_p_value(std::span<const double> values, double energy, Random& random,
                           const ChangePointRule& rule) {
  std::vector<double> shuffled(values.begin(), values.end());
  const double all = rule.permutations + 1.0;
  double as_large = 1;  // the order seen is one of them
  for (unsigned i = 0; i < rule.permutations; ++i) {
    for (std::size_t last = shuffled.size() - 1; last > 0; --last) {
      std::swap(shuffled[last], shuffled[random.below(last + 1)]);
    }
    // Sums in another order differ by rounding; equal is as large.
    if (best_split(shuffled, rule.minimum_side).energy >= energy * (1 - 1e-9)) ++as_large;
    if (as_large / all > rule.significance) break;
  }
  return as_large / all;
}

struct Search {
  std::span<const double> values;
  Random random;
  const ChangePointRule& rule;
  std::vector<ChangePoint> found;
};

void divide(Search& search, std::size_t begin, std::size_t end) {
  if (end - begin < 2 * std::size_t{search.rule.minimum_side}) return;
  const auto segment = search.values.subspan(begin, end - begin);
  const Split split = best_split(segment, search.rule.minimum_side);
  if (!(split.energy > 0)) return;
  const double p = permutation_p_value(segment, split.energy, search.random, search.rule);
  if (p > search.rule.significance) return;
  search.found.push_back({begin + split.at, 0, p});
  divide(search, begin, begin + split.at);
  divide(search, begin + split.at, end);
}

void measure(std::span<const double> values, std::vector<ChangePoint>& points) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    const std::size_t begin = i == 0 ? 0 : points[i - 1].index;
    const std::size_t end = i + 1 == points.size() ? values.size() : points[i + 1].index;
    const std::size_t at = points[i].index;
    points[i].magnitude =
        median(values.subspan(at, end - at)) - median(values.subspan(begin, at - begin));
  }
}

}  // namespace

std::vector<ChangePoint> change_points(std::span<const double> values, std::uint64_t seed,
                                       const ChangePointRule& rule) {
  PMB_CHECK(rule.minimum_side >= 2, "a spread needs two points on each side");
  Search search{values, Random(seed), rule, {}};
  divide(search, 0, values.size());
  std::vector<ChangePoint>& points = search.found;
  std::sort(points.begin(), points.end(),
            [](const ChangePoint& a, const ChangePoint& b) { return a.index < b.index; });
  measure(values, points);
  // The smallest goes first: without it the levels next to it are longer, and are measured again.
  while (!points.empty()) {
    const auto smallest = std::min_element(points.begin(), points.end(),
                                           [](const ChangePoint& a, const ChangePoint& b) {
                                             return std::abs(a.magnitude) < std::abs(b.magnitude);
                                           });
    if (std::abs(smallest->magnitude) >= rule.minimum_magnitude) break;
    points.erase(smallest);
    measure(values, points);
  }
  return points;
}

}  // namespace pmembench
