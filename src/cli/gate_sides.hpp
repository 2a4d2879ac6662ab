// The sides of a gate: what --base and --head name, as arms with labels.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/host.hpp"
#include "config/campaign.hpp"
#include "plan/plan.hpp"
#include "results/comparison.hpp"
#include "run/gate_arm.hpp"

namespace pmembench {

// What the command line says.
struct GateWords {
  std::string base, head;              // a pmembench binary or a pmembench-NAME.so; may be empty
  std::string base_label, head_label;  // empty: the file and its version
  std::vector<std::string> head_settings;  // --head-env KEY=VALUE
  std::string head_media;
};

struct GateSides {
  std::array<GateArm, kArms> arms;
  ComparisonSide base, head;
  std::vector<EnvironmentDifference> differences;  // that were asked for
  std::vector<std::string> plugins;                // that the plan needs: the base's
  std::string backend;  // that the base's shared object holds; empty: the sides are binaries
};

// Asks both binaries for their identity. Errors (usage): nothing to judge, a file that does not
// exist or is not a pmembench, a shared object on one side only, another worker protocol, an
// assignment without a key, an invalid medium.
Result<GateSides> gate_sides(const GateWords& words, const GlobalOptions& global);

// What is judged must be measured: if no cell of the campaign uses the backend of the shared
// objects, all cells do, and the answer is a sentence that says so; "" otherwise. Errors (usage):
// the command line names another backend (`asked`).
Result<std::string> use_judged_backend(const GateSides& sides, const std::string& asked,
                                       Campaign& campaign, const PlanInput& input);

}  // namespace pmembench