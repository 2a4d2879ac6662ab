#include "cli/durability_table.hpp"

#include <fmt/core.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "cli/text_table.hpp"

#include "record/codec.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

std::string duration(const std::optional<Estimate>& estimate) {
  return estimate ? format_duration_ns(estimate->estimate) : "";
}

std::string signed_ns(const std::optional<Estimate>& cost) {
  if (!cost) return "";
  std::string text = fmt::format("{:+.1f} ns", cost->estimate);
  if (cost->has_interval) text += fmt::format(" [{:+.1f}, {:+.1f}]", cost->low, cost->high);
  return text;
}

std::string flight(const std::optional<Estimate>& count) {
  if (!count) return "";
  std::string text = fmt::format("{:.2f}", count->estimate);
  if (count->has_interval) text += fmt::format(" [{:.2f}, {:.2f}]", count->low, count->high);
  return text;
}

std::string steps_text(const std::vector<DurabilityCosts>& all) {
  TextTable table({{"step"}, {"time/op", Align::right}, {"over the step before"}});
  for (const DurabilityCosts& costs : all) {
    if (costs.steps.size() < 2) continue;
    table.add_heading(costs.title);
    for (const DurabilityStep& step : costs.steps) {
      table.add({step.step, duration(step.ns_per_operation), signed_ns(step.cost_ns)});
    }
  }
  if (table.empty()) return "";
  return fmt::format(
      "\ndurability, step by step (time of one thread; differences within processes):\n{}",
      table.text());
}

std::string latencies_text(const std::vector<DurabilityCosts>& all) {
  TextTable table({{"operation"},
                   {"issue", Align::right},
                   {"durable", Align::right},
                   {"dependent", Align::right},
                   {"inverse throughput", Align::right},
                   {"in flight a thread"}});
  for (const DurabilityCosts& costs : all) {
    if (!costs.durable_ns && !costs.issue_ns && !costs.dependent_ns) continue;
    table.add({costs.title, duration(costs.issue_ns), duration(costs.durable_ns),
               duration(costs.dependent_ns), duration(costs.inverse_throughput_ns),
               flight(costs.in_flight)});
  }
  if (table.empty()) return "";
  return fmt::format(
      "\ndurability, four latencies (store_flush_fence; dependent: each behind a full barrier; in "
      "flight: rate x durable latency, Little's law):\n{}",
      table.text());
}

std::string size_text(double bytes, const Crossover& crossover) {
  const auto exact = [](double value) {
    return format_size(static_cast<std::uint64_t>(std::llround(value)));
  };
  if (bytes <= 0) return fmt::format("below {}", exact(crossover.smallest_bytes));
  if (std::isinf(bytes)) return fmt::format("above {}", exact(crossover.largest_bytes));
  return fmt::format("{:.0f} B", bytes);
}

std::string crossovers_text(const std::vector<Crossover>& all) {
  if (all.empty()) return "";
  TextTable table({{"durable writes"},
                   {"cached"},
                   {"non-temporal is faster from", Align::right},
                   {"interval"}});
  for (const Crossover& crossover : all) {
    const std::string interval = crossover.has_interval
                                     ? fmt::format("[{}, {}]", size_text(crossover.low, crossover),
                                                   size_text(crossover.high, crossover))
                                     : "";
    table.add({crossover.title, crossover.cached, size_text(crossover.bytes, crossover), interval});
  }
  return fmt::format("\ncrossover of cached stores with a flush and non-temporal stores:\n{}",
                     table.text());
}

json costs_json(const DurabilityCosts& costs) {
  json steps = json::array();
  for (const DurabilityStep& step : costs.steps) {
    steps.push_back({{"cell", step.cell},
                     {"step", step.step},
                     {"ns_per_operation", to_json(step.ns_per_operation)},
                     {"cost_ns", to_json(step.cost_ns)}});
  }
  return {{"derived", "durability"},
          {"of", costs.title},
          {"steps", steps},
          {"issue_ns", to_json(costs.issue_ns)},
          {"durable_ns", to_json(costs.durable_ns)},
          {"dependent_ns", to_json(costs.dependent_ns)},
          {"inverse_throughput_ns", to_json(costs.inverse_throughput_ns)},
          {"in_flight", to_json(costs.in_flight)}};
}

// A size, or on which side of the measured sizes it lies.
json size_json(double bytes) {
  if (bytes <= 0) return "below";
  return std::isinf(bytes) ? json("above") : json(bytes);
}

json crossover_json(const Crossover& crossover) {
  const bool known = crossover.has_interval;
  return {{"derived", "crossover"},
          {"of", crossover.title},
          {"cached", crossover.cached},
          {"nontemporal", crossover.nontemporal},
          {"bytes", size_json(crossover.bytes)},
          {"low", known ? size_json(crossover.low) : json(nullptr)},
          {"high", known ? size_json(crossover.high) : json(nullptr)},
          {"has_interval", known},
          {"measured_from", crossover.smallest_bytes},
          {"measured_to", crossover.largest_bytes}};
}

}  // namespace

std::string durability_text(const DurabilityFigures& figures) {
  return steps_text(figures.costs) + latencies_text(figures.costs) +
         crossovers_text(figures.crossovers);
}

std::string durability_json_lines(const DurabilityFigures& figures) {
  std::string text;
  for (const DurabilityCosts& costs : figures.costs) text += costs_json(costs).dump() + "\n";
  for (const Crossover& one : figures.crossovers) text += crossover_json(one).dump() + "\n";
  return text;
}

Result<DurabilityFigures> stored_durability(const Store& store, std::int64_t run,
                                            const std::vector<Row>& rows) {
  ReplicatesByCell replicates;
  for (const Row& row : rows) {
    if (row.status != "ok" || !row.parameters.contains("operation_size")) continue;
    auto found = store.replicates(run, row.cell);
    if (!found) return found.error();
    replicates[row.cell] = *std::move(found);
  }
  return DurabilityFigures{durability_costs(rows, replicates), crossovers_of(rows, replicates)};
}

}  // namespace pmembench
