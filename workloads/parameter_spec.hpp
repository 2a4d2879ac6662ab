// Parameters of workloads and paths, and what the campaign reader may accept for them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/value_kind.hpp"

namespace pmembench {

// Parameters as canonical text ("operation_size" -> "4096"), checked against ParameterSpecs.
using Parameters = std::map<std::string, std::string>;

// One parameter of a workload or path: what the campaign reader may accept and `--help` can say.
struct ParameterSpec {
  std::string name;
  ValueKind kind = ValueKind::size;
  std::string default_value;         // canonical
  std::vector<std::string> choices;  // for kind choice
  std::string help;                  // meaning and unit, one line
};

}  // namespace pmembench
