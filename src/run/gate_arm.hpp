// GateArm: how the workers of one arm of a gate are started and what they open.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "measure/arm_samples.hpp"
#include "run/open_worker.hpp"
#include "run/protocol.hpp"

namespace pmembench {

struct GateArm {
  WorkerSettings workers;                       // its binary may be of another version
  std::string media;                            // in place of every cell's; empty: the cell's
  std::map<std::string, std::string> backends;  // a cell's backend -> this arm's; absent: the same
  std::optional<double> slowdown;               // CellRequest::slowdown
};

// "base", "control", "head".
[[nodiscard]] std::string_view name_of(Arm arm);

// The cell as this arm runs it: its own media and backend, the same name.
[[nodiscard]] Cell cell_of_arm(const GateArm& arm, const Cell& cell);

// Starts a worker and asks what it is. A worker from before "hello" has protocol 0 and no version.
// Errors (usage): it is not a pmembench, or speaks another protocol; names both versions. Runtime
// error: a signal or the time-out ended it before it answered.
Result<HelloReply> greet_arm(const GateArm& arm, Arm which);

}  // namespace pmembench
