#include "results/crossover.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "base/result.hpp"
#include "base/units.hpp"
#include "measure/quantile_interval.hpp"
#include "results/printed_words.hpp"
#include "results/row_work.hpp"

namespace pmembench {
namespace {

constexpr double kBeyond = std::numeric_limits<double>::infinity();

// Times of an operation by size, of one backend in one replicate.
using Curve = std::map<double, double>;
// By replicate.
using Curves = std::map<unsigned, Curve>;

struct CrossoverGroup {
  std::string title;
  std::map<std::string, Curves> by_backend;
  std::map<std::string, std::set<double>> sizes;
  std::vector<std::string> cached;  // backends, in the order of the rows
  std::string nontemporal;          // the first of them; empty: none
};

std::string crossover_title(const Row& row) {
  return fmt::format("{}, {}", work_text(row, "operation_size"), place_text(row));
}

// Stores into caches, with a flush behind them.
bool is_cached(const Row& row) { return row.capabilities.needs_flush; }
// Stores past the caches, of every size.
bool is_nontemporal(const Row& row) { return row.capabilities.nontemporal_from_bytes == 1; }

bool takes_part(const Row& row) {
  const bool durable = row.status == "ok" && makes_durable(row) && !row.latency_ns;
  return durable && row.did_work() && (is_cached(row) || is_nontemporal(row)) &&
         row.parameters.contains("operation_size");
}

std::vector<CrossoverGroup> crossover_groups(const std::vector<Row>& rows,
                                             const FiguresByCell& replicates) {
  std::vector<CrossoverGroup> groups;
  for (const Row& row : rows) {
    const auto found = replicates.find(row.cell);
    if (!takes_part(row) || found == replicates.end()) continue;
    const auto size = parse_count(row.parameters.at("operation_size"));
    if (!size) continue;
    const std::string title = crossover_title(row);
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const CrossoverGroup& one) { return one.title == title; });
    if (group == groups.end()) {
      group = groups.insert(groups.end(), CrossoverGroup{title, {}, {}, {}, {}});
    }
    if (is_cached(row) && !group->sizes.contains(backend_text(row)))
      group->cached.push_back(backend_text(row));
    if (is_nontemporal(row) && group->nontemporal.empty()) group->nontemporal = backend_text(row);
    const auto bytes = static_cast<double>(*size);
    group->sizes[backend_text(row)].insert(bytes);
    for (const ReplicateFigures& replicate : found->second) {
      group->by_backend[backend_text(row)][replicate.index][bytes] =
          replicate.median_ns_per_operation;
    }
  }
  return groups;
}

// 0 for "faster from the first size on", infinity for "not even at the last".
double crossing(const Curve& cached, const Curve& nontemporal, const std::vector<double>& sizes) {
  double at = kBeyond;
  double gain_there = 0;
  for (auto size = sizes.rbegin(); size != sizes.rend(); ++size) {
    const double gain = std::log(cached.at(*size) / nontemporal.at(*size));
    if (gain < 0) {
      if (at == kBeyond) return kBeyond;
      const double share = gain / (gain - gain_there);
      return std::exp(std::log(*size) + share * (std::log(at) - std::log(*size)));
    }
    at = *size;
    gain_there = gain;
  }
  return 0;
}

std::optional<Crossover> crossover_of(const CrossoverGroup& group, const std::string& cached,
                                      double confidence) {
  std::vector<double> sizes;
  const auto& own = group.sizes.at(cached);
  const auto& other = group.sizes.at(group.nontemporal);
  std::set_intersection(own.begin(), own.end(), other.begin(), other.end(),
                        std::back_inserter(sizes));
  if (sizes.size() < 2) return std::nullopt;
  std::vector<double> crossings;
  const Curves& theirs = group.by_backend.at(group.nontemporal);
  for (const auto& [index, own_curve] : group.by_backend.at(cached)) {
    const auto& curve = own_curve;  // clang 14 captures no structured binding
    const auto pair = theirs.find(index);
    if (pair == theirs.end()) continue;
    const bool whole = std::all_of(sizes.begin(), sizes.end(), [&](double size) {
      return curve.contains(size) && pair->second.contains(size);
    });
    if (whole) crossings.push_back(crossing(curve, pair->second, sizes));
  }
  if (crossings.empty()) return std::nullopt;
  std::sort(crossings.begin(), crossings.end());
  Crossover result{group.title, cached, group.nontemporal, sizes.front(), sizes.back()};
  // The lower of the middle two: a mean of a size and "beyond" would be no size.
  result.bytes = result.low = result.high = crossings[(crossings.size() - 1) / 2];
  const auto ranks = quantile_ranks(crossings.size(), 0.5, confidence);
  if (ranks) {
    result.has_interval = true;
    result.low = crossings[ranks->low - 1];
    result.high = crossings[ranks->high - 1];
  }
  return result;
}

}  // namespace

std::vector<Crossover> crossovers_of(const std::vector<Row>& rows, const FiguresByCell& replicates,
                                     double confidence) {
  std::vector<Crossover> all;
  for (const CrossoverGroup& group : crossover_groups(rows, replicates)) {
    if (group.nontemporal.empty()) continue;
    for (const std::string& cached : group.cached) {
      auto crossover = crossover_of(group, cached, confidence);
      if (crossover) all.push_back(*std::move(crossover));
    }
  }
  return all;
}

}  // namespace pmembench
