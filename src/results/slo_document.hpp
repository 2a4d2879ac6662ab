// What a search for the highest rate under a bound found, as a document and in words.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "measure/estimate.hpp"
#include "measure/rate_search.hpp"

namespace pmembench {

// What one process found: nothing kept, a rate, or the bound kept up to the closed loop's rate.
struct SloProcessResult {
  RateSearch::State state = RateSearch::State::searching;
  double kept_per_s = 0, missed_per_s = 0, closed_loop_per_s = 0;
  std::uint64_t untold_operations = 0;  // of the longest trial with too few for an answer; 0: none
  double lowest_percentile_ns = 0;      // at the lowest rate that was tried
  double disturbed_share = 0;           // of the slices of its trials, on average
};

struct SloSummary {
  // "FOUND", "NEVER_KEPT", "ALWAYS_KEPT", "CANNOT_TELL", or "MIXED" where processes disagree in
  // kind.
  std::string verdict;
  std::optional<Estimate> rate_per_s;  // of FOUND and ALWAYS_KEPT (then a lower bound)
  std::string sentence;
};
// One sentence that claims no more than was seen. No process: "NOT_MEASURED".
[[nodiscard]] SloSummary summarise_slo(const LatencyBound& bound,
                                       const std::vector<SloProcessResult>& processes,
                                       double confidence = 0.95);

[[nodiscard]] nlohmann::json to_json(const SloSummary& summary);

}  // namespace pmembench
