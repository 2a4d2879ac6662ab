// What `expect` of a campaign may name, and how each is written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "config/campaign.hpp"

namespace pmembench {

// page_bytes, node, persistence_domain, file_system, claim, dax, map_sync, bandwidth, rate, time,
// p50, p90, p99, p99.9, p99.99.
[[nodiscard]] std::vector<std::string> expectation_names();

// Facts are equal to a value ("2M", "1", "memory_controller", "true"); numbers that were measured
// are at least or at most one (">= 20G", "<= 2us"). Errors (usage) begin with the place of the name
// or of its value, and say how it is written.
Result<Expectation> read_expectation(const std::string& name, std::string_view text,
                                     const SourcePosition& at_name, const SourcePosition& at_value);

}  // namespace pmembench
