// Durability costs: what the rows of a run say together about making bytes durable: the cost of
// each step, the four latencies, and whether they can all be true.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "measure/estimate.hpp"
#include "record/replicate.hpp"
#include "record/row.hpp"
#include "results/ladder.hpp"

namespace pmembench {

// The workload with those parameters that are not its defaults (and operation_size and line),
// except the one left out: equal for rows that differ by that one alone.
std::string work_text(const Row& row, std::string_view left_out);
// Threads, path, medium and placement.
std::string place_text(const Row& row);

// One step of the workload durability. Times are of one thread.
struct DurabilityStep {
  std::string cell;
  std::string step;           // "store", "store_flush", ...
  Estimate ns_per_operation;  // the slices'
  // Over the step before, from differences within the same replicate; absent on the first, and
  // where fewer than two replicates are common.
  std::optional<Estimate> cost_ns;
};

// The rows that differ by their step, their timing and their latency mode alone.
struct DurabilityCosts {
  std::string title;                  // parameters, threads, backend, medium
  std::vector<DurabilityStep> steps;  // in the order of the steps
  // Of store_flush_fence, over processes: the mean of timed operations until they have issued, and
  // until a full barrier has passed. Of store_flush_barrier, untimed: each operation waits for the
  // one before. Of store_flush_fence, untimed: operations may overlap.
  std::optional<Estimate> issue_ns, durable_ns, dependent_ns, inverse_throughput_ns;
  // Little's law (J. Little, Operations Research 9(3), 1961), N = rate x latency, with the durable
  // latency (else the dependent one): how many operations a thread has under way.
  std::optional<Estimate> in_flight;
};

// In the order of the rows; a group has two steps or more, or two of the latencies.
std::vector<DurabilityCosts> durability_costs(const std::vector<Row>& rows,
                                              const FiguresByCell& replicates,
                                              double confidence = 0.95);

// Cells whose latency contradicts the rate of the same operations, with the reason as a sentence: a
// thread always has one operation under way, so rate x latency is at least one; and it is not more
// than a core can hold. Only what the intervals exclude, with a fifth to spare for what two loops
// differ by, is refused; rows without an interval are not judged.
std::map<std::string, std::string> durability_contradictions(const std::vector<Row>& rows,
                                                             const FiguresByCell& replicates,
                                                             double confidence = 0.95);

}  // namespace pmembench
