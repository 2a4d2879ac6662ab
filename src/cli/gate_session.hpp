// GateSession: the stages of a gate: measure, judge, confirm, and go on where nothing is decided.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "plan/plan.hpp"
#include "results/verdict.hpp"
#include "run/gate_runner.hpp"

namespace pmembench {

struct GateSchedule {
  unsigned replicates = 20;  // of each stage
  std::uint64_t budget_ns =
      0;               // from the begin; more replicates of undecided cells begin within it
  unsigned looks = 3;  // at the first stage's samples, at most: each is one more chance to err
};

// Measures cells: GateRunner::measure, or samples that a test made up.
using MeasureStage = std::function<Result<std::vector<ArmSamples>>(const GateStage& stage)>;

struct GateSamples {
  std::vector<ArmSamples> stage1, confirmations;
};

// The first stage measures all cells. Cells that look changed are measured again by fresh
// processes. If time is left, cells without a verdict get the same number of replicates again.
// `say` announces the next step. The first stage and the confirmation run in full, regardless of
// the budget.
Result<SuiteVerdict> run_gate(const Plan& plan, const GateSchedule& schedule,
                              const GateRules& rules, const MeasureStage& measure,
                              const Clock& clock,
                              const std::function<void(const std::string&)>& say,
                              GateSamples& samples);

}  // namespace pmembench
