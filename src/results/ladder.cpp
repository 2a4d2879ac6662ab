#include "results/ladder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "plan/cell_keys.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kFewestRungs = 3;
// From the bytes upward; a path that is not here (guarded) is no layer.
constexpr std::array<std::string_view, 10> kOrder{"mapped",    "direct",    "fs-dax",   "block-raw",
                                                  "block-btt", "block-rmw", "fs-mixed", "fs-block",
                                                  "kernel",    "posix"};

std::size_t height_of(const std::string& path) {
  return static_cast<std::size_t>(std::find(kOrder.begin(), kOrder.end(), path) - kOrder.begin());
}

bool beside_the_device(const Row& row) { return row.path == "kernel" || row.path == "posix"; }

// What the workload does, whatever way its bytes take.
std::string work_of(const Row& row) {
  std::string text = row.workload;
  for (const auto& [key, value] : row.parameters) {
    if (paths_with(key).empty()) text += fmt::format(" {}={}", key, value);
  }
  text += fmt::format(", {} thread{}", row.threads, row.threads == 1 ? "" : "s");
  const std::string& placement = row.placement.asked;
  if (!placement.empty() && placement != "near") text += ", " + placement;
  if (row.latency_ns) text += fmt::format(", latency {}", row.latency_ns->mode);
  return text;
}

// The path's own parameters: they tell two rungs of one path apart.
std::string path_parameters(const Row& row) {
  std::string text;
  for (const auto& [key, value] : row.parameters) {
    if (!paths_with(key).empty()) text += fmt::format(" {}={}", key, value);
  }
  return text;
}

// Medians of the replicates that both have, each pair made by `combine`.
template <typename Combine>
std::vector<double> paired(const std::vector<Replicate>& below, const std::vector<Replicate>& above,
                           Combine combine) {
  std::vector<double> values;
  for (const Replicate& one : below) {
    for (const Replicate& other : above) {
      if (one.index != other.index) continue;
      values.push_back(combine(one.median_ns_per_operation, other.median_ns_per_operation));
    }
  }
  return values;
}

void reckon_costs(Ladder& ladder, const std::map<std::string, std::vector<Replicate>>& replicates,
                  double confidence) {
  for (std::size_t i = 1; i < ladder.rungs.size(); ++i) {
    const auto below = replicates.find(ladder.rungs[i - 1].cell);
    const auto above = replicates.find(ladder.rungs[i].cell);
    if (below == replicates.end() || above == replicates.end()) continue;
    const auto differences =
        paired(below->second, above->second, [](double low, double high) { return high - low; });
    if (differences.size() < 2) continue;
    ladder.rungs[i].cost_ns = hodges_lehmann(differences, confidence);
    const auto ratios = paired(below->second, above->second,
                               [](double low, double high) { return std::log(high / low); });
    const Estimate on_log = hodges_lehmann(ratios, confidence);
    ladder.rungs[i].cost_share = {std::expm1(on_log.estimate), std::expm1(on_log.low),
                                  std::expm1(on_log.high), on_log.has_interval};
  }
}

Ladder ladder_of(const std::string& title, std::vector<const Row*> rows) {
  std::stable_sort(rows.begin(), rows.end(), [](const Row* one, const Row* other) {
    return height_of(one->path) < height_of(other->path);
  });
  Ladder ladder{title, {}};
  for (const Row* row : rows) {
    const auto same = std::count_if(rows.begin(), rows.end(),
                                    [&](const Row* other) { return other->path == row->path; });
    ladder.rungs.push_back({row->cell, same > 1 ? row->path + path_parameters(*row) : row->path,
                            *row->ns_per_operation, std::nullopt, std::nullopt,
                            row->amplification});
  }
  return ladder;
}

}  // namespace

std::vector<Ladder> ladders_of(const std::vector<Row>& rows,
                               const std::map<std::string, std::vector<Replicate>>& replicates,
                               double confidence) {
  // By work and backend, in the order in which they come; what lies beside the device, by work.
  std::vector<std::pair<std::string, std::vector<const Row*>>> groups;
  std::map<std::string, std::vector<const Row*>> beside;
  std::map<std::string, std::string> work_of_group;
  for (const Row& row : rows) {
    if (row.status != "ok" || !row.ns_per_operation) continue;
    if (height_of(row.path) == kOrder.size() || !row.capabilities.does_work) continue;
    // The time of an operation that comes at a rate is the rate's and not the way's.
    if (row.service_ns) continue;
    const std::string work = work_of(row);
    if (beside_the_device(row)) {
      beside[work].push_back(&row);
      continue;
    }
    const std::string title = fmt::format("{}, {} on {}", work, row.backend, row.media);
    work_of_group[title] = work;
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const auto& entry) { return entry.first == title; });
    if (group == groups.end()) group = groups.insert(groups.end(), {title, {}});
    group->second.push_back(&row);
  }
  std::vector<Ladder> ladders;
  for (auto& [title, members] : groups) {
    const auto& others = beside[work_of_group[title]];
    members.insert(members.end(), others.begin(), others.end());
    if (members.size() < kFewestRungs) continue;
    ladders.push_back(ladder_of(title, members));
    reckon_costs(ladders.back(), replicates, confidence);
  }
  return ladders;
}

}  // namespace pmembench
