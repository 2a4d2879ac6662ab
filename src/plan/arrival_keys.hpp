// The keys arrival, rate and slots of a cell: when operations begin, and how they are counted.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "plan/combination.hpp"
#include "plan/plan.hpp"
#include "workloads/workload.hpp"

namespace pmembench {

// A rate as a cell writes it: "50%" of the closed loop's own, or operations a second as "20000",
// "20k", "1.5M".
struct Rate {
  double operations_per_s = 0;  // 0: a share
  double share = 0;             // 1 is 100 %
};
// Refuses (usage) what is none, and none above zero.
Result<Rate> parse_rate(std::string_view text);

// Between two operations of a thread at the cell's rate, in nanoseconds; 0: a closed loop, or a
// share of one.
[[nodiscard]] double interval_ns(const Cell& cell);

// Fills in the cell's arrival, rate and slots, after its timing is known. They need
// `timing: operation`; at the campaign's top level they are passed over by groups that time slices.
// Errors (usage) begin with the position.
Status read_arrival(const Combination& combination, const WorkloadType& workload, Cell& cell);

}  // namespace pmembench
