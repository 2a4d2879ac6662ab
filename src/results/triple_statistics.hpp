// From the three-arm blocks of a cell to one difference per three-arm block and metric. For
// src/results only.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "measure/arm_samples.hpp"
#include "record/row.hpp"
#include "results/verdict.hpp"

namespace pmembench {

// One metric of one cell: the result of its three-arm blocks, or why there is none.
struct MetricSamples {
  std::string metric;
  double minimal_effect = 0;
  std::vector<double> head;         // ln head - ln base of each usable three-arm block
  std::vector<double> control;      // ln control - ln base
  double base_ns = 0, head_ns = 0;  // Hodges-Lehmann over usable three-arm blocks; NaN: none
  // The relative width of a histogram's bucket at base_ns; NaN: the values are not quantised.
  double resolution = std::numeric_limits<double>::quiet_NaN();
  unsigned slices = 0;  // blocks of slices in the usable three-arm block with the fewest
  // Set where the metric cannot be judged: "missing_head", "no_samples", ... and a sentence.
  Verdict problem = Verdict::pass;  // pass: none
  std::string code, reason;
  std::vector<Warning> warnings;
};

// The time per operation first, always; then the percentiles that every process of the base
// supports.
[[nodiscard]] std::vector<MetricSamples> metrics_of(const ArmSamples& samples,
                                                    const GateRules& rules);

}  // namespace pmembench
