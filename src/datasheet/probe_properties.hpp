// Which lines of the datasheet a cell of its campaigns is for.
#pragma once

#include <string>
#include <vector>

#include "plan/plan.hpp"

namespace pmembench {

// "figures" stands for the headline figures; a property's name for its samples. Empty: for none of
// them alone.
[[nodiscard]] std::vector<std::string> properties_of(const Cell& cell);

}  // namespace pmembench
