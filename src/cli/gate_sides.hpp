// The sides of a gate: what --base and --head name, as arms with labels.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/host.hpp"
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
};

// Asks both binaries who they are. Errors (usage): nothing is judged, a file that is not there or
// is no pmembench, a shared object on one side only, another worker protocol, an assignment without
// a key, a medium that is none.
Result<GateSides> gate_sides(const GateWords& words, const GlobalOptions& global);

}  // namespace pmembench
