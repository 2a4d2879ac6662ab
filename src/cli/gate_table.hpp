// gate_text: the verdict of a gate for people.
#pragma once

#include <string>

#include "results/comparison.hpp"

namespace pmembench {

// A table with what is flagged first, the reasons of what did not pass below it, and the sentence
// of the verdict last. `explain`: what each reason code means and what to do about it.
[[nodiscard]] std::string gate_text(const Comparison& comparison, bool explain);

}  // namespace pmembench
