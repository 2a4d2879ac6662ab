// Expectations of a campaign, judged by the rows: yes, no, or unknown.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "config/campaign.hpp"
#include "record/replicate.hpp"
#include "record/row.hpp"

namespace pmembench {

enum class ExpectationAnswer { yes, no, cannot_tell };
[[nodiscard]] const char* name_of(ExpectationAnswer answer);

struct JudgedExpectation {
  std::string cell;
  std::string name, expected;  // "bandwidth", ">= 20G"
  ExpectationAnswer answer = ExpectationAnswer::cannot_tell;
  std::string found;  // "19.2 GiB/s (18.9 GiB/s to 19.6 GiB/s)", or why unknown
};

// A fact by what was verified. A number that was measured by its interval over processes: yes if
// all of it meets the expectation, no if none of it does. `replicates`: of the row.
JudgedExpectation judge_expectation(const Expectation& expectation, const Row& row,
                                    const std::vector<Replicate>& replicates, double confidence);

// {"expectation": name, "cell", "expected", "answer", "found"}: a line of `run --json`.
[[nodiscard]] nlohmann::json to_json(const JudgedExpectation& judged);

}  // namespace pmembench
