// What kind of value a key of a campaign or a parameter of a workload takes.
#pragma once

namespace pmembench {

enum class ValueKind {
  size,    // bytes: "4K"
  count,   // a whole number
  real,    // a decimal number
  choice,  // one of a list of words
  text,
};

}  // namespace pmembench
