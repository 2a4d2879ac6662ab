// The layer ladders of a run, as a person reads them.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "results/ladder.hpp"
#include "results/store.hpp"

namespace pmembench {

// One table a ladder: time an operation, cost over the rung below in nanoseconds and percent with
// their intervals, and what the layers asked of the device for an operation. Empty for none.
[[nodiscard]] std::string ladder_text(const std::vector<Ladder>& ladders);

// The ladders of a stored run, from its rows and their replicates.
Result<std::vector<Ladder>> stored_ladders(const Store& store, std::int64_t run,
                                           const std::vector<Row>& rows);

}  // namespace pmembench
