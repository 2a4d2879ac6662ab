#include "characterize/capacities.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/random.hpp"
#include "measure/estimate.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kMostKnees = 4;
constexpr double kGridStep = 0.06;  // octaves
constexpr double kBicMargin = 10;
constexpr double kLeastStep = 0.06;  // of the level below
constexpr double kLargeStep = 0.2;   // that no half of the samples may miss
constexpr double kWidestSmall = 1.7;  // times: the interval of a smaller step that is still one
constexpr double kMergeBelow = 3;    // times
constexpr double kAgree = 0.42;      // octaves: a third
constexpr double kMostOffFit = 0.12;
constexpr std::size_t kFewestRegions = 12;
constexpr unsigned kCapacityResamples = 39;

struct Points {
  std::vector<double> region, ns;
};

struct Knees {
  std::vector<double> size, added;
  double first = 0, off = 0;  // off: root mean square of the relative residuals
};

constexpr std::size_t kMostTerms = kMostKnees + 2;
using Row = std::array<double, kMostTerms>;

// Weighted least squares of t0 and the steps for given knees; a step below 0 is refused.
double squares_of(const Points& points, const std::vector<double>& knees, Row& solution) {
  const std::size_t terms = knees.size() + 1;
  std::array<Row, kMostTerms> left{};
  Row right{};
  double whole = 0;
  for (std::size_t i = 0; i < points.region.size(); ++i) {
    const double weight = 1 / (points.ns[i] * points.ns[i]);
    Row factor{};
    factor[0] = 1;
    for (std::size_t j = 0; j < knees.size(); ++j) {
      factor[j + 1] = std::max(0.0, 1 - knees[j] / points.region[i]);
    }
    whole += weight * points.ns[i] * points.ns[i];
    for (std::size_t a = 0; a < terms; ++a) {
      right[a] += weight * factor[a] * points.ns[i];
      for (std::size_t b = 0; b <= a; ++b) left[a][b] += weight * factor[a] * factor[b];
    }
  }
  for (std::size_t a = 0; a < terms; ++a) {
    for (std::size_t b = a + 1; b < terms; ++b) left[a][b] = left[b][a];
  }
  const Row asked = right;
  for (std::size_t i = 0; i < terms; ++i) {
    if (std::abs(left[i][i]) < 1e-12) return 1e300;
    for (std::size_t j = i + 1; j < terms; ++j) {
      const double factor = left[j][i] / left[i][i];
      for (std::size_t k = i; k < terms; ++k) left[j][k] -= factor * left[i][k];
      right[j] -= factor * right[i];
    }
  }
  for (std::size_t i = terms; i-- > 0;) {
    double sum = right[i];
    for (std::size_t k = i + 1; k < terms; ++k) sum -= left[i][k] * solution[k];
    solution[i] = sum / left[i][i];
    if (i > 0 && solution[i] <= 0) return 1e300;
  }
  double explained = 0;
  for (std::size_t i = 0; i < terms; ++i) explained += solution[i] * asked[i];
  return std::max(whole - explained, 1e-12);
}

// Moves each knee in turn to where the squares are least.
double settle_knees(const Points& points, const std::vector<double>& grid,
                    std::vector<double>& knees, double squares) {
  Row ignored{};
  for (int pass = 0; pass < 3; ++pass) {
    for (double& knee : knees) {
      double best = knee;
      for (const double tried : grid) {
        knee = tried;
        const double now = squares_of(points, knees, ignored);
        if (now >= squares) continue;
        squares = now;
        best = tried;
      }
      knee = best;
    }
  }
  return squares;
}

void merge_knees(Knees& fit) {
  std::vector<std::pair<double, double>> merged;
  std::vector<std::pair<double, double>> steps;
  for (std::size_t i = 0; i < fit.size.size(); ++i) steps.emplace_back(fit.size[i], fit.added[i]);
  std::sort(steps.begin(), steps.end());
  for (const auto& [size, added] : steps) {
    if (merged.empty() || size >= kMergeBelow * merged.back().first) {
      merged.emplace_back(size, added);
      continue;
    }
    auto& [other, sum] = merged.back();
    other = std::exp((std::log(other) * sum + std::log(size) * added) / (sum + added));
    sum += added;
  }
  fit.size.clear();
  fit.added.clear();
  double level = fit.first;
  for (const auto& [size, added] : merged) {
    if (added > kLeastStep * level) {
      fit.size.push_back(size);
      fit.added.push_back(added);
    }
    level += added;
  }
}

Knees fit_knees(const Points& points) {
  std::vector<double> grid;
  for (double at = std::log2(points.region.front()); at < std::log2(points.region.back()) - 0.5;
       at += kGridStep) {
    grid.push_back(std::exp2(at));
  }
  const auto count = static_cast<double>(points.region.size());
  std::vector<double> knees;
  Row solution{};
  double squares = squares_of(points, knees, solution);
  double bic = count * std::log(squares / count) + std::log(count);
  Knees fit{{}, {}, solution[0], std::sqrt(squares / count)};
  while (knees.size() < kMostKnees) {
    double least = 1e300, at = 0;
    knees.push_back(0);
    for (const double tried : grid) {
      knees.back() = tried;
      const double now = squares_of(points, knees, solution);
      if (now >= least) continue;
      least = now;
      at = tried;
    }
    if (least >= 1e300) break;
    knees.back() = at;
    least = settle_knees(points, grid, knees, least);
    const double own = count * std::log(least / count) +
                       (1 + 2 * static_cast<double>(knees.size())) * std::log(count);
    if (own > bic - kBicMargin) break;
    bic = own;
    squares_of(points, knees, solution);
    fit = {knees, {}, solution[0], std::sqrt(least / count)};
    for (std::size_t i = 0; i < knees.size(); ++i) fit.added.push_back(solution[i + 1]);
  }
  merge_knees(fit);
  return fit;
}

// The medians over the chosen processes, of every region or of every second one.
Points points_of(const CapacitySamples& samples, std::span<const std::size_t> processes,
                 std::size_t first = 0, std::size_t step = 1) {
  Points points;
  for (std::size_t i = first; i < samples.region_bytes.size(); i += step) {
    std::vector<double> times;
    for (const std::size_t process : processes) times.push_back(samples.ns[process][i]);
    points.region.push_back(samples.region_bytes[i]);
    points.ns.push_back(median(times));
  }
  return points;
}

bool has_knee(const Knees& fit, double size) {
  return std::any_of(fit.size.begin(), fit.size.end(),
                     [&](double each) { return std::abs(std::log2(each / size)) <= kAgree; });
}

// Is every large step of one a step of the other?
bool has_large_steps_of(const Knees& whole, const Knees& part) {
  double level = part.first;
  for (std::size_t i = 0; i < part.size.size(); ++i) {
    if (part.added[i] >= kLargeStep * level && !has_knee(whole, part.size[i])) return false;
    level += part.added[i];
  }
  return true;
}

bool agree(const Knees& a, const Knees& b) {
  return has_large_steps_of(a, b) && has_large_steps_of(b, a);
}

// Without the small steps that a part of the samples does not show.
Knees shown_by_all(const Knees& fit, std::span<const Knees> parts) {
  Knees shown{{}, {}, fit.first, fit.off};
  for (std::size_t i = 0; i < fit.size.size(); ++i) {
    const bool all = std::all_of(parts.begin(), parts.end(),
                                 [&](const Knees& part) { return has_knee(part, fit.size[i]); });
    if (!all) continue;
    shown.size.push_back(fit.size[i]);
    shown.added.push_back(fit.added[i]);
  }
  return shown;
}

}  // namespace

CapacityResult infer_capacities(std::string_view property, const CapacitySamples& samples) {
  CapacityResult result;
  const auto refuse = [&](std::string reason) {
    result.reason = std::move(reason);
    return result;
  };
  result.least_step = kLeastStep;
  if (samples.region_bytes.size() < kFewestRegions) return refuse("fewer than 12 regions");
  if (samples.ns.size() < 3) return refuse("fewer than three processes");
  result.covered_bytes = samples.region_bytes.back() / 4;
  std::vector<std::size_t> all(samples.ns.size()), odd, even;
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i] = i;
    (i % 2 == 0 ? even : odd).push_back(i);
  }
  Knees fit = fit_knees(points_of(samples, all));
  result.first_ns = fit.first;
  if (fit.off > kMostOffFit) {
    return refuse(fmt::format("times are off any fit by {:.0f} %: other tenants", 100 * fit.off));
  }
  const std::array<Knees, 4> parts{
      fit_knees(points_of(samples, all, 0, 2)), fit_knees(points_of(samples, all, 1, 2)),
      fit_knees(points_of(samples, even)), fit_knees(points_of(samples, odd))};
  const auto agrees = [&](std::size_t part) { return agree(parts[part], fit); };
  if (!(agrees(0) || agrees(1)) || !agrees(2) || !agrees(3)) {
    return refuse("halves of the processes or regions lead to other capacities: other tenants");
  }
  fit = shown_by_all(fit, std::span(parts).subspan(2));
  std::vector<std::vector<double>> sizes(fit.size.size());
  Random random(mix_seed(samples.region_bytes.size()));
  for (unsigned i = 0; i < kCapacityResamples && !fit.size.empty(); ++i) {
    std::vector<std::size_t> drawn;
    for (std::size_t k = 0; k < all.size(); ++k) drawn.push_back(random.below(all.size()));
    const Points points = points_of(samples, drawn);
    std::vector<double> grid, knees = fit.size;
    for (double octave = -1; octave <= 1; octave += kGridStep / 2) grid.push_back(octave);
    Row ignored{};
    for (std::size_t j = 0; j < knees.size(); ++j) {
      double least = 1e300, best = fit.size[j];
      for (const double octave : grid) {
        knees[j] = fit.size[j] * std::exp2(octave);
        const double now = squares_of(points, knees, ignored);
        if (now >= least) continue;
        least = now;
        best = knees[j];
      }
      knees[j] = best;
      sizes[j].push_back(best);
    }
  }
  double level = fit.first;
  for (std::size_t j = 0; j < fit.size.size(); ++j) {
    std::sort(sizes[j].begin(), sizes[j].end());
    const bool small = fit.added[j] < kLargeStep * level;
    level += fit.added[j];
    if (small && sizes[j].back() > kWidestSmall * sizes[j].front()) continue;
    Capacity capacity;
    capacity.size = {.property = std::string(property),
                     .determined = true,
                     .value = fit.size[j],
                     .low = std::min(fit.size[j], sizes[j].front()),
                     .high = std::max(fit.size[j], sizes[j].back()),
                     .unit = "B",
                     .test = "hinge fit of uniform loads, BIC, halves agree"};
    capacity.added_ns = fit.added[j];
    result.found.push_back(capacity);
  }
  result.determined = true;
  return result;
}

}  // namespace pmembench
