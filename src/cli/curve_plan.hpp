// Which curves a command asks for, as cells.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "config/campaign_reader.hpp"
#include "dax/registry.hpp"
#include "plan/plan.hpp"
#include "platform/topology.hpp"

namespace pmembench {

struct CurveWishes {
  std::vector<std::string> media;          // probed and loaded
  std::vector<std::string> probes, loads;  // each probe with each load
  std::vector<Assignment> assignments;     // key=value of the workload `loaded` and of cells
  std::vector<std::string> pauses;         // in place of shares; empty: shares
  std::size_t points = 24;
  std::uint64_t seed = 1;
};

// Makes cells of the workload `loaded` for this host.
class CurvePlanner {
 public:
  CurvePlanner(CurveWishes wishes, const Registry& registry, const Topology& topology,
               bool destroy);
  // One cell for each curve, without load, runnable or with its skip_reason. Errors (usage): as
  // make_plan's.
  [[nodiscard]] Result<std::vector<Cell>> bases() const;
  // The same as `base` with another pace: "load_share=50", "pause=300", "threads=3".
  [[nodiscard]] Result<Cell> with(const Cell& base, const std::vector<std::string>& changes) const;
  // The shares that every curve has: 0 to 100 in equal steps, at most `points` of them.
  [[nodiscard]] std::vector<double> shares() const;

 private:
  [[nodiscard]] Result<std::vector<Cell>> plan(const std::vector<Assignment>& assignments) const;

  CurveWishes wishes_;
  const Registry& registry_;
  const Topology& topology_;
  bool destroy_;
};

}  // namespace pmembench
