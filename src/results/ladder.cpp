#include "results/ladder.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "base/units.hpp"
#include "results/row_work.hpp"
#include "workloads/workload.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kFewestRungs = 3;

// It has a separate medium and a separate backend.
bool stands_alone(const PathType& path) { return path.needs_block_path || path.needs_mount; }

// A rung with what decides its place.
struct Candidate {
  const Row* row;
  const PathType* path;
  std::string options;  // of its backend
};

// What distinguishes rungs of one path: medium, keys of the path, options of the backend.
std::map<std::string, std::string> facts_of(const Candidate& candidate) {
  std::map<std::string, std::string> facts;
  for (const auto& [key, value] : candidate.row->parameters) {
    if (is_path_key(key)) facts[key] = value;
  }
  if (!candidate.options.empty()) facts["options"] = candidate.options;
  if (stands_alone(*candidate.path)) facts["medium"] = candidate.row->media;
  return facts;
}

// The path, and those facts in which it differs from the others of its path.
std::string name_of(const Candidate& candidate, const std::vector<Candidate>& all) {
  std::map<std::string, std::set<std::string>> values;
  for (const Candidate& other : all) {
    if (other.path != candidate.path) continue;
    for (const auto& [key, value] : facts_of(other)) values[key].insert(value);
    if (other.options.empty()) values["options"].insert("");
  }
  std::string name(candidate.path->name);
  for (const auto& [key, value] : facts_of(candidate)) {
    if (values[key].size() < 2) continue;
    const bool itself = key == "options" || key == "medium";
    name += itself ? " " + value : fmt::format(" {}={}", key, value);
  }
  return name;
}

// Of the rungs of `path` the one that shares most of the other's facts; null where there is none.
const Candidate* nearest_of(std::string_view path, const Candidate& to,
                            const std::vector<Candidate>& all) {
  const auto wanted = facts_of(to);
  const Candidate* best = nullptr;
  std::ptrdiff_t most = -1;
  for (const Candidate& candidate : all) {
    if (candidate.path->name != path) continue;
    const auto facts = facts_of(candidate);
    const auto shared = std::count_if(facts.begin(), facts.end(), [&](const auto& fact) {
      const auto found = wanted.find(fact.first);
      return found != wanted.end() && found->second == fact.second;
    });
    if (shared > most) {
      most = shared;
      best = &candidate;
    }
  }
  return best;
}

// The nearest measured layers below, each once: where a parent was not measured, its own parents.
void add_parents(const PathType& path, const Candidate& of, const std::vector<Candidate>& all,
                 std::vector<const Candidate*>& found) {
  for (const std::string_view parent : path.parents) {
    const Candidate* candidate = nearest_of(parent, of, all);
    if (candidate == nullptr) {
      add_parents(*find_path(parent), of, all, found);
    } else if (std::find(found.begin(), found.end(), candidate) == found.end()) {
      found.push_back(candidate);
    }
  }
}

std::vector<const Candidate*> parents_of(const Candidate& of, const std::vector<Candidate>& all) {
  std::vector<const Candidate*> found;
  add_parents(*of.path, of, all, found);
  // direct under a parent that is itself above direct adds nothing: it has a separate column.
  if (found.size() > 1) {
    std::erase_if(found, [](const Candidate* each) { return each->path->name == kRootPath; });
  }
  return found;
}

class LadderMaker {
 public:
  LadderMaker(std::vector<Candidate> all, const FiguresByCell& replicates, double confidence)
      : all_(std::move(all)), replicates_(replicates), confidence_(confidence) {}

  // Depth first, in the order of path_list(): each rung under the first that it is built on.
  Ladder make(std::string title) {
    Ladder ladder{std::move(title), {}};
    for (const Candidate& candidate : all_) {
      if (parents_of(candidate, all_).empty()) add(candidate, 0, ladder);
    }
    return ladder;
  }

 private:
  void add(const Candidate& candidate, unsigned depth, Ladder& ladder) const {
    LadderRung rung;
    rung.cell = candidate.row->cell;
    rung.path = candidate.path->name;
    rung.name = name_of(candidate, all_);
    rung.depth = depth;
    rung.ns_per_operation = *candidate.row->ns_per_operation;
    rung.amplification = candidate.row->amplification;
    rung.stored_per_byte = stored_per_byte(rung.amplification);
    for (const Candidate* parent : parents_of(candidate, all_)) {
      rung.over_parents.push_back(cost(*parent, candidate));
    }
    const Candidate* direct = nearest_of(kRootPath, candidate, all_);
    if (direct != nullptr && candidate.path != direct->path) {
      rung.over_direct = cost(*direct, candidate);
    }
    ladder.rungs.push_back(std::move(rung));
    for (const Candidate& other : all_) {
      const auto parents = parents_of(other, all_);
      if (!parents.empty() && parents.front() == &candidate) add(other, depth + 1, ladder);
    }
  }

  RungCost cost(const Candidate& below, const Candidate& above) const {
    RungCost cost{name_of(below, all_), below.row->cell, std::nullopt, std::nullopt};
    cost.share = paired_share(replicates_, below.row->cell, above.row->cell, confidence_);
    if (!cost.share) return cost;
    // Of the time below, by the same estimate: otherwise one slow process could decide the
    // difference, and not the times next to it.
    const double below_ns = below.row->ns_per_operation->estimate;
    cost.ns = {below_ns * cost.share->estimate, below_ns * cost.share->low,
               below_ns * cost.share->high, cost.share->has_interval};
    return cost;
  }

  std::vector<Candidate> all_;
  const FiguresByCell& replicates_;
  double confidence_;
};

// Rows that can be a rung: measured, by a path that is a layer, each operation as soon as it can.
std::optional<Candidate> candidate_of(const Row& row, const OptionsByCell& options) {
  if (!row.did_work() || !row.ns_per_operation) return std::nullopt;
  // The time of an operation that comes at a rate is the rate's and not the way's.
  if (row.service_ns) return std::nullopt;
  const PathType* path = find_path(row.path);
  if (path == nullptr || !path->is_layer) return std::nullopt;
  const auto found = options.find(row.cell);
  return Candidate{&row, path, found == options.end() ? "" : found->second};
}

}  // namespace

std::optional<double> stored_per_byte(const std::map<std::string, double>& amplification) {
  const auto asked = amplification.find("bytes_to_store");
  const auto stored = amplification.find("bytes_stored");
  if (asked == amplification.end() || stored == amplification.end()) return std::nullopt;
  if (!(asked->second > 0)) return std::nullopt;
  return stored->second / asked->second;
}

std::vector<Ladder> ladders_of(const std::vector<Row>& rows, const FiguresByCell& replicates,
                               double confidence, const OptionsByCell& options) {
  // By work and backend, in the order in which they come; what stands_alone(), by work.
  std::vector<std::pair<std::string, std::vector<Candidate>>> groups;
  std::map<std::string, std::vector<Candidate>> alone;
  std::map<std::string, std::string> work_of_group;
  for (const Row& row : rows) {
    const auto candidate = candidate_of(row, options);
    if (!candidate) continue;
    const std::string work = work_of(row);
    if (stands_alone(*candidate->path)) {
      alone[work].push_back(*candidate);
      continue;
    }
    const std::string title = fmt::format("{}, {} on {}", work, row.backend, row.media);
    work_of_group[title] = work;
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const auto& entry) { return entry.first == title; });
    if (group == groups.end()) group = groups.insert(groups.end(), {title, {}});
    group->second.push_back(*candidate);
  }
  std::vector<Ladder> ladders;
  for (auto& [title, members] : groups) {
    const auto& others = alone[work_of_group[title]];
    members.insert(members.end(), others.begin(), others.end());
    // Several rows of one path are not a ladder: none is built on another.
    const bool climbs = std::any_of(members.begin(), members.end(), [&](const Candidate& one) {
      return one.path != members.front().path;
    });
    if (members.size() < kFewestRungs || !climbs) continue;
    // path_list() is one array: the order of its elements is that of their addresses.
    std::stable_sort(members.begin(), members.end(),
                     [](const Candidate& a, const Candidate& b) { return a.path < b.path; });
    ladders.push_back(LadderMaker(members, replicates, confidence).make(title));
  }
  return ladders;
}

}  // namespace pmembench
