// What the file of a simulated memory says, beside what was inferred of it.
#pragma once

#include <vector>

#include "datasheet/structure.hpp"
#include "sim/model.hpp"

namespace pmembench {

// Each line's `firmware` is "model: " and what the model has of it, in words. A line of a capacity
// has the level that is nearest to it.
void state_model(const SimModel& model, std::vector<StructureLine>& lines);

}  // namespace pmembench
