// From groups to cells: the product, "usable" and "all" worked out, duplicates merged.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <utility>

#include "base/random.hpp"
#include "config/cell_values.hpp"
#include "dax/open_device.hpp"
#include "dax/sim_model.hpp"
#include "plan/arrival_keys.hpp"
#include "plan/cell_keys.hpp"
#include "plan/cell_name.hpp"
#include "plan/expand_each.hpp"
#include "plan/media_placement.hpp"
#include "plan/plan.hpp"
#include "plan/skip_reason.hpp"
#include "plan/used_ranges.hpp"
#include "platform/host_tree.hpp"
#include "platform/prefetchers.hpp"

namespace pmembench {
namespace {

// What the keys of one combination say; the backend is still open.
struct Draft {
  MediaSpec spec;
  const WorkloadType* workload = nullptr;
  const PathType* path = nullptr;
  std::vector<ParameterSpec> specs;  // of both, the workload's first
  bool all_threads = false;
  Cell cell;
};

// Is `key` a separate word in the sentence?
bool mentions(const std::string& sentence, const std::string& key) {
  const auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  for (std::size_t at = sentence.find(key); at != std::string::npos;
       at = sentence.find(key, at + 1)) {
    const std::size_t end = at + key.size();
    const bool begins = at == 0 || !is_word(sentence[at - 1]);
    if (begins && (end == sentence.size() || !is_word(sentence[end]))) return true;
  }
  return false;
}

// Where a workload's refusal is best pointed to: at the value it names, one of several before a
// single one; else at the innermost parameter that varies; else at the group.
SourcePosition blamed(const Combination& combination, const WorkloadType& workload,
                      const std::string& sentence) {
  const CampaignAxis* best = nullptr;
  int best_rank = 0;
  for (const CampaignAxis& axis : combination.group().axes) {
    const auto& specs = workload.parameters;
    const bool is_parameter =
        std::any_of(specs.begin(), specs.end(),
                    [&](const ParameterSpec& spec) { return spec.name == axis.key; });
    const bool named = mentions(sentence, axis.key) && (is_parameter || axis.key == "threads");
    if (!named && !is_parameter) continue;
    const int rank = (named ? 4 : 1) + (axis.values.size() > 1 ? 1 : 0);
    if (rank < best_rank) continue;
    best = &axis;
    best_rank = rank;
  }
  return best == nullptr ? combination.group().at : combination.at(best->key);
}

// Where a path's refusal is best pointed to: at the key of its own that the sentence names.
SourcePosition blamed_of_path(const Combination& combination, const PathType& path,
                              const std::string& sentence) {
  for (const ParameterSpec& spec : path.parameters) {
    if (mentions(sentence, spec.name) && combination.find(spec.name) != nullptr) {
      return combination.at(spec.name);
    }
  }
  return combination.group().at;
}

// Why a medium that stands for each of a kind stands for none.
std::string nothing_of_each(const MediaSpec& spec) {
  if (spec.kind == DAX_MEDIA_DEVDAX) {
    return "this host has no dax device in device_dax mode: make one with ndctl or daxctl (those "
           "in "
           "mode system-ram are NUMA nodes)";
  }
  if (spec.text.find("node=each") != std::string::npos) {
    return "this host has no node with memory for programs";
  }
  return "interleave needs two NUMA nodes with memory, and this host has one";
}

bool names_are_durable(const Draft& draft) {
  return draft.path->names_are_durable && draft.workload->only_names != nullptr &&
         draft.workload->only_names(draft.cell.parameters);
}

// The cell's name without medium, CPUs and, where all of a node's are used, their number.
std::string pair_group(const Cell& cell, const Draft& draft, const Combination& combination) {
  Cell bare = cell;
  bare.placement.asked = "near";
  if (draft.all_threads) bare.threads = kAllThreads;
  std::string name = cell_name(
      bare, draft.specs, [&](std::string_view key) { return combination.find(key) != nullptr; });
  if (draft.all_threads) name.replace(name.rfind("/t0"), 3, "/tall");
  return name.substr(cell.media.size() + 1);
}

class PlanBuilder {
 public:
  explicit PlanBuilder(const PlanInput& input, const MeasureSettings& settings)
      : input_(input), settings_(settings) {}

  Status add_group(const CellGroup& written) {
    const CellGroup group = expand_each(written, *input_.topology, input_.root);
    const CampaignAxis* media = written.axis("media");
    interleaves_each_ =
        media != nullptr &&
        std::any_of(media->values.begin(), media->values.end(), [](const CampaignValue& value) {
          return value.text.find("interleave=each") != std::string::npos;
        });
    left_out_.clear();
    used_in_group_.clear();
    const Status status = for_each_combination(
        group, [this](const Combination& combination) { return add_combination(combination); });
    return status ? check_path_keys(group) : status;
  }

  // A key that was meant for all groups and fits none was a mistake.
  Status check_inherited(const Campaign& campaign) const {
    for (const CellGroup& group : campaign.groups) {
      for (const CampaignAxis& axis : group.axes) {
        if (!axis.inherited || is_cell_fact(axis.key) || used_.contains(axis.key)) continue;
        return error_at(
            axis.at,
            fmt::format("no workload or path of this campaign has the key '{}'", axis.key));
      }
    }
    return {};
  }

  std::vector<Cell> take_cells() { return std::move(cells_); }

 private:
  // "each", "usable" and "all" stand for more than was written, so cells are counted here as well.
  Status add_combination(const Combination& combination) {
    constexpr std::size_t kMostCombinations = 10 * kMaximumCells;
    if (cells_.size() > kMaximumCells || ++combinations_ > kMostCombinations) {
      return error_at(
          combination.group().at,
          fmt::format(
              "on this host the campaign makes more than {} cells, because 'each', 'usable' "
              "and 'all' stand for many: name some, as in --set placement=cpu_node=0",
              kMaximumCells));
    }
    auto draft = make_draft(combination);
    if (!draft) return draft.error();
    const auto backends =
        backends_of(combination, *input_.registry, simple_media(draft->spec).front()->kind);
    if (!backends) return backends.error();
    for (const BackendChoice& backend : *backends) {
      const Status taken = check_options(*backend.entry, backend.options);
      if (!taken) return error_at(combination.at("backend"), taken.error().message);
    }
    const auto threads = threads_of(combination);
    if (!threads) return threads.error();
    const std::vector<unsigned> counts = counts_of(combination, *threads, *draft);
    for (const unsigned count : counts) {
      Draft one = *draft;
      one.all_threads = threads->up_to_all && count == counts.back();
      const Status status = place_draft(combination, count, threads->up_to_all, one);
      if (!status) return status;
      if (interleaves_elsewhere(one)) continue;
      for (const BackendChoice& backend : *backends) add_cell(combination, one, backend);
    }
    for (const ParameterSpec& spec : draft->specs) {
      if (combination.find(spec.name) == nullptr) continue;
      used_.insert(spec.name);
      used_in_group_.insert(spec.name);
    }
    return {};
  }

  // Of all pairs of nodes a node's threads measure those that it is one of: between two others they
  // choose no weights, and 16 nodes would make 27,000 cells.
  [[nodiscard]] bool interleaves_elsewhere(const Draft& draft) const {
    const std::optional<NodePair>& pair = draft.cell.pair;
    if (!interleaves_each_ || !pair || pair->interleave.empty()) return false;
    return std::none_of(
        pair->interleave.begin(), pair->interleave.end(),
        [&](const NodeWeight& weight) { return weight.node == pair->initiator_node; });
  }

  // A path's key is passed over by the group's other paths; one that none of them has is a mistake.
  Status check_path_keys(const CellGroup& group) const {
    for (const CampaignAxis& axis : group.axes) {
      if (axis.inherited || is_cell_fact(axis.key) || used_in_group_.contains(axis.key)) continue;
      return error_at(axis.at, fmt::format("none of this group's paths has the key '{}'; it "
                                           "belongs to: {}",
                                           axis.key, fmt::join(paths_with(axis.key), ", ")));
    }
    return {};
  }

  static Result<Draft> make_draft(const Combination& combination) {
    Draft draft;
    const auto spec = media_of(combination);
    if (!spec) return spec.error();
    const auto workload = workload_of(combination);
    if (!workload) return workload.error();
    const auto path = path_of(combination, **workload);
    if (!path) return path.error();
    std::vector<ParameterSpec> specs = specs_of(**workload, **path);
    auto parameters = parameters_of(combination, **workload, specs);
    if (!parameters) return parameters.error();
    // Cells that leave the prefetchers alone are what they were before there was the key.
    if (parameters->at(kPrefetchersKey) == kPrefetchersAsFound) {
      parameters->erase(kPrefetchersKey);
      std::erase_if(specs, [](const ParameterSpec& each) { return each.name == kPrefetchersKey; });
    }
    const auto timing = timing_of(combination);
    if (!timing) return timing.error();
    const auto latency_mode = latency_mode_of(combination, **workload, *timing);
    if (!latency_mode) return latency_mode.error();
    draft.spec = *spec;
    draft.workload = *workload;
    draft.path = *path;
    draft.specs = std::move(specs);
    draft.cell.media = spec->text;
    draft.cell.path = (*path)->name;
    draft.cell.workload = (*workload)->name;
    draft.cell.parameters = *std::move(parameters);
    draft.cell.timing = *timing;
    draft.cell.latency_mode = *latency_mode;
    if (const Status arrival = read_arrival(combination, **workload, draft.cell); !arrival) {
      return arrival.error();
    }
    return draft;
  }

  // Each number of threads that was asked for; kAllThreads if the placement is not available: the
  // skipped cell records why.
  std::vector<unsigned> counts_of(const Combination& combination, const ThreadsChoice& threads,
                                  const Draft& draft) const {
    if (!threads.up_to_all) return threads.counts(0);
    const auto all = place_on_media(combination.text_or("placement", "near"), kAllThreads,
                                    draft.spec, *input_.topology, input_.root);
    if (!all) return {kAllThreads};
    return threads.counts(static_cast<unsigned>(all->cpus.size()));
  }

  // Threads and CPUs, and the workload's check of its parameters with that number of threads. That
  // too few CPUs or a far node are missing here is a reason to skip; bad words are an error.
  Status place_draft(const Combination& combination, unsigned threads, bool up_to_all,
                     Draft& draft) const {
    Cell& cell = draft.cell;
    cell.threads = threads == kAllThreads ? 1 : threads;
    cell.placement.asked = combination.text_or("placement", "near");
    auto placement =
        place_on_media(cell.placement.asked, threads, draft.spec, *input_.topology, input_.root);
    if (draft.spec.each) {
      cell.skip_reason = nothing_of_each(draft.spec);
    } else if (placement) {
      cell.threads = static_cast<unsigned>(placement->cpus.size());
      cell.placement = *std::move(placement);
    } else if (placement.error().kind == ErrorKind::usage) {
      return error_at(combination.at("placement"), placement.error().message);
    } else {
      cell.skip_reason = placement.error().message;
    }
    if (cell.skip_reason.empty()) {
      const bool simulated = draft.spec.kind == DAX_MEDIA_SIM;
      if (!simulated) {
        cell.sibling_threads = count_siblings(cell.placement.cpus, *input_.topology);
      }
      cell.cache_bytes =
          simulated ? sim_cache_bytes(draft.spec)
                    : input_.topology->cache_bytes(cell.placement.cpus,
                                                   memory_node_of(draft.spec, cell.placement,
                                                                  *input_.topology, input_.root));
      cell.pair = node_pair_of(draft.spec, cell.placement, *input_.topology, input_.root);
    }
    return check_draft(combination, draft, up_to_all);
  }

  // The size of the media is that which was asked for; 0, unknown, leaves sizes to the open device.
  static Status check_draft(const Combination& combination, Draft& draft, bool all_threads) {
    Cell& cell = draft.cell;
    const WorkloadType& workload = *draft.workload;
    if (draft.path->check != nullptr) {
      const Status fits = draft.path->check(cell.parameters, draft.spec.size_bytes);
      if (!fits) {
        return error_at(blamed_of_path(combination, *draft.path, fits.error().message),
                        fmt::format("path {}: {}", draft.path->name, fits.error().message));
      }
    }
    const Status status = workload.check(cell.parameters, draft.spec.size_bytes, cell.threads);
    if (status) return {};
    // This number of threads was this host's choice: with fewer the cell would run.
    if (all_threads && workload.check(cell.parameters, draft.spec.size_bytes, 1)) {
      if (cell.skip_reason.empty()) cell.skip_reason = status.error().message;
      return {};
    }
    const std::string& sentence = status.error().message;
    return error_at(blamed(combination, workload, sentence),
                    fmt::format("workload {}: {}", workload.name, sentence));
  }

  void add_cell(const Combination& combination, const Draft& draft, const BackendChoice& backend) {
    Cell cell = draft.cell;
    cell.backend = backend.entry->name;
    cell.backend_options = backend.options;
    cell.capabilities = capabilities_of(*backend.entry);
    cell.shares_mapping = draft.spec.parts.empty() && draft.spec.kind != DAX_MEDIA_SIM &&
                          shares_mapping(*backend.entry);
    const std::string reason =
        skip_reason(*backend.entry, draft.spec, *draft.path, *draft.workload, cell.parameters);
    if (!reason.empty()) cell.skip_reason = reason;
    if (cell.skip_reason.empty() && cell.parameters.contains(kPrefetchersKey)) {
      const Status can = prefetchers_can_be_switched(HostTree(input_.root));
      if (!can) cell.skip_reason = can.error().message;
    }
    const bool needs_two =
        draft.workload->paced || draft.workload->lives || draft.workload->first_serves;
    if (needs_two && cell.threads < 2 && cell.skip_reason.empty()) {
      cell.skip_reason =
          fmt::format("workload {} needs two CPUs, one that {}, and has {}", draft.workload->name,
                      draft.workload->paced   ? "probes and one or more that load"
                      : draft.workload->lives ? "kills and one or more that use"
                                              : "has the lines and one that loads them",
                      cell.threads);
    }
    cell.durable = draft.workload->writes(cell.parameters) &&
                   (draft.workload->durable(cell.parameters) || names_are_durable(draft));
    const bool left_out = backend.by_usable && !backend.entry->usable();
    if (left_out && !left_out_.insert(cell.backend).second) return;
    cell.name =
        left_out ? left_out_name(cell) : cell_name(cell, draft.specs, [&](std::string_view key) {
          return combination.find(key) != nullptr;
        });
    if (cell.pair) cell.pair->group = pair_group(cell, draft, combination);
    cell.seed = mix_seed(mix_seed(settings_.seed) ^ fnv1a(cell.name));
    // What is left out stands for many cells, so only its name can distinguish it from another.
    const std::string identity = left_out ? cell.name : cell_identity(cell);
    const auto [place, is_new] = known_.try_emplace(identity, cells_.size());
    // What `usable` leaves out was not asked for by name.
    if (!left_out) cell.expectations = combination.group().expectations;
    if (is_new) {
      cells_.push_back(std::move(cell));
    } else {
      add_expectations(cell.expectations, cells_[place->second]);
    }
  }

  // Two groups that name one cell may expect different things of it.
  static void add_expectations(const std::vector<Expectation>& more, Cell& cell) {
    for (const Expectation& each : more) {
      const bool has = std::any_of(
          cell.expectations.begin(), cell.expectations.end(),
          [&](const Expectation& one) { return one.name == each.name && one.text == each.text; });
      if (!has) cell.expectations.push_back(each);
    }
  }

  const PlanInput& input_;
  const MeasureSettings& settings_;
  std::vector<Cell> cells_;
  std::size_t combinations_ = 0;   // so far, those that made no cell included
  bool interleaves_each_ = false;  // the group's media are every pair of nodes
  // Identities, and the names of what was left out -> its place in cells_.
  std::map<std::string, std::size_t> known_;
  std::set<std::string> left_out_;  // backends of this group that one cell stands for
  std::set<std::string, std::less<>> used_;
  std::set<std::string, std::less<>> used_in_group_;
};

}  // namespace

Result<Plan> make_plan(const Campaign& campaign, const PlanInput& input) {
  PMB_CHECK(input.registry != nullptr && input.topology != nullptr,
            "make_plan needs a registry and a topology");
  if (const Status status = check_settings(campaign); !status) return status.error();
  PlanBuilder builder(input, campaign.settings);
  for (const CellGroup& group : campaign.groups) {
    if (const Status status = builder.add_group(group); !status) return status.error();
  }
  if (const Status status = builder.check_inherited(campaign); !status) return status.error();
  std::vector<Cell> cells = builder.take_cells();
  set_used_ranges(cells, *input.topology);
  return Plan{campaign.name, campaign.file, campaign.settings, std::move(cells)};
}

}  // namespace pmembench
