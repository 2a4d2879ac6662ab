// Crossover: from which size on non-temporal stores are faster than cached stores and a flush.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "results/durability_costs.hpp"
#include "results/printed_table.hpp"

namespace pmembench {

struct Crossover {
  std::string title;          // workload, parameters, threads, path, medium
  std::string cached;         // the backend of cached stores: "clwb", ...
  std::string nontemporal;    // "movnt"
  double smallest_bytes = 0;  // of the sizes that both were measured at
  double largest_bytes = 0;
  // The size from which on non-temporal stores take no more time at any larger size: between two
  // measured sizes, interpolated on logarithms. 0: they are faster from the smallest size on;
  // infinity: not even at the largest. The median over replicates, with its order statistics.
  double bytes = 0, low = 0, high = 0;
  bool has_interval = false;  // false: too few replicates; low = high = bytes
};

// Of all durable writes, timed as slices, whose rows differ by operation_size and backend alone and
// have two sizes or more of both kinds. In the order of the rows.
std::vector<Crossover> crossovers_of(const std::vector<Row>& rows, const FiguresByCell& replicates,
                                     double confidence = 0.95);

// Of the steps, of the four latencies and of the crossovers; those that have a row.
std::vector<PrintedTable> durability_tables(const std::vector<DurabilityCosts>& costs,
                                            const std::vector<Crossover>& crossovers);
// A JSON object a line, each with "derived": "durability" or "crossover". Empty for none.
[[nodiscard]] std::string durability_json_lines(const std::vector<DurabilityCosts>& costs,
                                                const std::vector<Crossover>& crossovers);

}  // namespace pmembench
