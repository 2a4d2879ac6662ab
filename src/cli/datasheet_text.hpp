// A datasheet as a person reads it on a terminal.
#pragma once

#include <string>

#include "datasheet/datasheet.hpp"

namespace pmembench {

[[nodiscard]] std::string datasheet_text(const Datasheet& sheet);

}  // namespace pmembench
