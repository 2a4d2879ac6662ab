// What the keys of one combination mean, each looked up and checked at its position in the
// campaign.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "dax/media_spec.hpp"
#include "dax/registry.hpp"
#include "plan/combination.hpp"
#include "plan/plan.hpp"
#include "workloads/workload.hpp"

namespace pmembench {

// The keys that every cell has; the others are a workload's parameters.
[[nodiscard]] bool is_cell_fact(std::string_view key);

// A key of every cell: the prefetchers of its CPUs while it is measured.
inline constexpr const char* kPrefetchersKey = "prefetchers";
inline constexpr const char* kPrefetchersAsFound = "as-found";
[[nodiscard]] ParameterSpec prefetchers_spec();

// All errors are usage errors that begin with the position.
Result<MediaSpec> media_of(const Combination& combination);
Result<const WorkloadType*> workload_of(const Combination& combination);
Result<const PathType*> path_of(const Combination& combination, const WorkloadType& workload);

// All of the workload's parameters, defaults filled in. A key that the workload does not have is an
// error, unless it was inherited.
// The keys of a cell: the workload's, then the path's, then that of all.
std::vector<ParameterSpec> specs_of(const WorkloadType& workload, const PathType& path);

// Names of the paths that have a key of this name.
std::vector<std::string> paths_with(std::string_view key);

Result<Parameters> parameters_of(const Combination& combination, const WorkloadType& workload,
                                 const std::vector<ParameterSpec>& specs);

Result<Timing> timing_of(const Combination& combination);
// "" where no latency is taken; "dependent" for chains, which give one at any timing.
Result<std::string> latency_mode_of(const Combination& combination, const WorkloadType& workload,
                                    Timing timing);
// How many threads the cells have: one number; all that the placement allows; or a range up to
// that, "1:*2:all", to which `all` itself always belongs.
struct ThreadsChoice {
  std::vector<unsigned> counts(unsigned all) const;
  unsigned first = 1;
  unsigned step = 0;        // 0: `first` alone
  bool multiplies = false;  // by the step; else it is added
  bool up_to_all = false;   // false: `first` was written as a number
};
Result<ThreadsChoice> threads_of(const Combination& combination);

struct BackendChoice {
  const BackendEntry* entry = nullptr;
  std::string options;     // "key=value,..."
  bool by_usable = false;  // chosen by "usable", not named
};

// One, or what "usable" stands for on media of this kind: never empty.
Result<std::vector<BackendChoice>> backends_of(const Combination& combination,
                                               const Registry& registry, dax_media_kind kind);

}  // namespace pmembench
