// GateRunner: replicates of cells in three fresh workers at once (base, control, head).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "measure/arm_samples.hpp"
#include "plan/plan.hpp"
#include "run/closed_rates.hpp"
#include "run/gate_arm.hpp"
#include "run/run_observer.hpp"

namespace pmembench {

struct GateInput {
  const Plan* plan = nullptr;  // its settings give slices, slice_ns and seed
  std::array<GateArm, kArms> arms;
  std::array<WorkerSource*, kArms> workers{};  // by arm
  bool destroy = false;                        // existing content of the media may be overwritten
  const Clock* clock = nullptr;
  std::function<void(const Progress&)> progress;  // before each cell of a replicate
};

// Which cells, and how often.
struct GateStage {
  std::vector<const Cell*> cells;
  unsigned replicates = 20;
  // No further replicate begins after this time of the clock; 0: all of them.
  std::uint64_t until_ns = 0;
};

// Used by one thread.
class GateRunner {
 public:
  explicit GateRunner(GateInput input) : input_(std::move(input)) {}

  // Samples of the stage's cells, in its order, from fresh processes. In a replicate every device
  // (medium, backend, node) gets three workers, opened at the same time; they run the device's
  // cells in random order, on the same CPUs, one worker active at a time. A cell that was skipped,
  // whose worker refused it or died, or whose bytes were wrong, has the reason in `missing` and is
  // not tried again; the rest of its device's cells get new workers. Later stages go by the
  // operation counts found before. Errors: interrupted; a worker cannot be
  // started at all.
  Result<std::vector<ArmSamples>> measure(const GateStage& stage);

  // Replaces the slowdowns that the arms inject, from the next stage on.
  void set_slowdowns(const std::array<std::optional<double>, kArms>& slowdowns);

 private:
  struct Workers;  // the three of one device
  struct CellState;
  Status run_device(std::vector<CellState*> cells, unsigned replicate);
  Status run_cell(Workers& workers, CellState& state, unsigned replicate, std::uint64_t seed);
  Status open(Workers& workers, const Cell& cell, unsigned replicate,
              std::vector<CellState*>& cells);
  Status find_shares(const std::vector<CellState>& states);
  void tell(const std::string& cell);
  [[nodiscard]] bool interrupted() const { return input_.workers.front()->interrupted(); }

  GateInput input_;
  std::map<std::string, std::uint64_t> operations_;  // cell -> of a slice and thread
  ClosedRates closed_;                               // of the base, that shares are of
  unsigned replicates_done_ = 0;                     // of all stages: each has its own seeds
  std::size_t cells_ = 0;                            // of this stage, that can run
  std::uint64_t triples_done_ = 0, triples_planned_ = 0, stage_begin_ns_ = 0;
  unsigned round_ = 0;
};

}  // namespace pmembench
