// One replicate of one cell on all ranks together, as rank 0 leads it.
#pragma once

#include <map>
#include <variant>

#include "cluster/cluster_replicates.hpp"
#include "cluster/conductor.hpp"
#include "cluster/ranges.hpp"

namespace pmembench {

// What stays the same over a run.
struct ClusterPlace {
  Ranges ranges = Ranges::own;
  std::vector<nlohmann::json> hellos;
  std::map<std::string, std::uint64_t> size_bytes;  // of media with a path, as rank 0 sees them
  std::map<unsigned, double> slowdowns;             // injected into these ranks
};

struct ClusterOrder {
  const Cell* cell = nullptr;
  unsigned replicate = 0;
  std::uint64_t seed = 0;
  unsigned slices = 50;
  std::uint64_t slice_ns = 500'000;
};

// Fresh workers on all ranks; all prepare and warm up; clocks are compared; all begin at an agreed
// time and take slices until an agreed end; clocks are compared again; the bytes are checked.
// Errors: of the run (Conductor), with `of_run` set; else the cell's, with the host.
struct ClusterFailure {
  Error error;
  bool of_run = false;
};
std::variant<ClusterReplicates, ClusterFailure> measure_on_all(
    Conductor& conductor, const ClusterPlace& place, const ClusterOrder& order,
    std::vector<std::uint64_t>& operations, std::vector<CoreWatch>& cores);

}  // namespace pmembench
