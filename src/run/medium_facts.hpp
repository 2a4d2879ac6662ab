// The facts of an open medium as the record keeps them.
#pragma once

#include "dax/open_device.hpp"
#include "record/medium.hpp"

namespace pmembench {

[[nodiscard]] MediumFacts medium_facts(const MediaFacts& facts, const MediaSpec& spec);

}  // namespace pmembench
