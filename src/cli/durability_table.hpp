// What a run's rows say together about durable writes, as a person and as a program read it.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "results/crossover.hpp"
#include "results/durability_costs.hpp"
#include "results/store.hpp"

namespace pmembench {

struct DurabilityFigures {
  std::vector<DurabilityCosts> costs;
  std::vector<Crossover> crossovers;
};

// Tables of the steps, of the latencies and of the crossovers; empty for none.
[[nodiscard]] std::string durability_text(const DurabilityFigures& figures);
// A JSON object a line, each with "derived": "durability" or "crossover". Empty for none.
[[nodiscard]] std::string durability_json_lines(const DurabilityFigures& figures);

// Of a stored run, from its rows and their replicates.
Result<DurabilityFigures> stored_durability(const Store& store, std::int64_t run,
                                            const std::vector<Row>& rows);

}  // namespace pmembench
