// A simulated memory as a file of YAML: what a `sim:FILE` medium names. docs/sim.md has the keys.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "sim/model.hpp"

namespace pmembench {

// Errors (usage) begin with "file:line:column: " and name the key: one that is not known, with the
// nearest that is; a value that is none; values that contradict each other; a file that cannot be
// read.
Result<SimModel> read_sim_model(const std::string& path);
Result<SimModel> parse_sim_model(std::string_view yaml, const std::string& file);

}  // namespace pmembench
