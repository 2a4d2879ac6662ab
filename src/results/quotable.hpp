// May the numbers of a run be quoted? Five questions, each answered in one line with its reason.
#pragma once

#include <string>
#include <vector>

#include "record/row.hpp"
#include "record/warning_types.hpp"

namespace pmembench {

// "yes": for all rows; "partly": for some; "no": for none.
struct QuotableLight {
  std::string name;    // "medium proved", "placement proved", "noise", "converged", "claim"
  std::string answer;  // "yes", "partly", "no"
  std::string reason;  // one sentence without a full stop
};

// In the order of enum Light; empty where no row was measured.
std::vector<QuotableLight> quotable_lights(const std::vector<Row>& rows);

}  // namespace pmembench
