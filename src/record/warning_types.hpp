// The catalogue of warnings: every type with its cause and its remedy. docs/warnings.md is the same
// list; a test keeps them equal, and another that nothing warns of a type that is not in it.
#pragma once

#include <span>
#include <string_view>

namespace pmembench {

enum class WarningScope { row, run, comparison };

// What a reader asks before quoting a number (results/quotable.hpp), and which of these questions a
// warning answers with "not quite".
enum class Light { medium, placement, noise, precision, claim };

struct WarningType {
  std::string_view name;
  WarningScope scope;
  Light light;
  std::string_view cause;
  std::string_view remedy;
};

std::span<const WarningType> warning_types();

// Null where there is none of this name.
const WarningType* find_warning_type(std::string_view name);

}  // namespace pmembench
