// What a campaign expects (its key `expect`): judged after a run, printed, stored, and turned into an exit status.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/campaign_session.hpp"
#include "results/expectations.hpp"

namespace pmembench {

// In the order of the plan; stored with the run as the document `expectations`, if there are any.
Result<std::vector<JudgedExpectation>> judge_expectations(const Plan& plan,
                                                          const MeasuredCampaign& measured,
                                                          Store& store);
// A table below the results; empty without expectations.
[[nodiscard]] std::string expectations_text(const std::vector<JudgedExpectation>& judged);
// 0: all are met; 1: one is not; 3: none is unmet, and one is unknown.
[[nodiscard]] int expectations_status(const std::vector<JudgedExpectation>& judged);

}  // namespace pmembench
