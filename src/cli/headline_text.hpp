// The headline and the five lights as a terminal prints them, at most 80 columns wide.
#pragma once

#include <string>

#include "results/derive.hpp"

namespace pmembench {

// Ends with a new line; empty where nothing was measured.
[[nodiscard]] std::string headline_text(const Derived& derived);

}  // namespace pmembench
