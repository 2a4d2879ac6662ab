// Durability costs and crossovers as tables, and as the JSON lines of `show --json`.
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "results/crossover.hpp"
#include "results/derived_members.hpp"
#include "results/durability_costs.hpp"
#include "results/printed_words.hpp"

namespace pmembench {
namespace {

std::string duration(const std::optional<Estimate>& estimate) {
  return estimate ? format_duration_ns(estimate->estimate) : "";
}

std::string flight(const std::optional<Estimate>& count) {
  if (!count) return "";
  std::string text = fmt::format("{:.2f}", count->estimate);
  if (count->has_interval) text += fmt::format(" [{:.2f}, {:.2f}]", count->low, count->high);
  return text;
}

PrintedTable steps_table(const std::vector<DurabilityCosts>& all) {
  PrintedTable table{"durability_steps",
                     "durability, step by step (time of one thread; differences within processes):",
                     {{"step", false}, {"time/op", true}, {"over the step before", false}},
                     {},
                     ""};
  for (const DurabilityCosts& costs : all) {
    if (costs.steps.size() < 2) continue;
    table.rows.push_back({{}, 0, costs.title});
    for (const DurabilityStep& step : costs.steps) {
      table.rows.push_back(
          {{step.step, duration(step.ns_per_operation), signed_ns_text(step.cost_ns)}, 0, ""});
    }
  }
  return table;
}

PrintedTable latencies_table(const std::vector<DurabilityCosts>& all) {
  PrintedTable table{"durability_latencies",
                     "durability, four latencies (store_flush_fence; dependent: each behind a full "
                     "barrier; in flight: rate x durable latency, Little's law):",
                     {{"operation", false},
                      {"issue", true},
                      {"durable", true},
                      {"dependent", true},
                      {"inverse throughput", true},
                      {"in flight a thread", false}},
                     {},
                     ""};
  for (const DurabilityCosts& costs : all) {
    if (!costs.durable_ns && !costs.issue_ns && !costs.dependent_ns) continue;
    table.rows.push_back({{costs.title, duration(costs.issue_ns), duration(costs.durable_ns),
                           duration(costs.dependent_ns), duration(costs.inverse_throughput_ns),
                           flight(costs.in_flight)},
                          0,
                          ""});
  }
  return table;
}

std::string size_text(double bytes, const Crossover& crossover) {
  const auto exact = [](double value) {
    return format_size(static_cast<std::uint64_t>(std::llround(value)));
  };
  if (bytes <= 0) return fmt::format("below {}", exact(crossover.smallest_bytes));
  if (std::isinf(bytes)) return fmt::format("above {}", exact(crossover.largest_bytes));
  return fmt::format("{:.0f} B", bytes);
}

PrintedTable crossovers_table(const std::vector<Crossover>& all) {
  PrintedTable table{"crossover",
                     "crossover of cached stores with a flush and non-temporal stores:",
                     {{"durable writes", false},
                      {"cached", false},
                      {"non-temporal is faster from", true},
                      {"interval", false}},
                     {},
                     ""};
  for (const Crossover& crossover : all) {
    const std::string interval = crossover.has_interval
                                     ? fmt::format("[{}, {}]", size_text(crossover.low, crossover),
                                                   size_text(crossover.high, crossover))
                                     : "";
    table.rows.push_back(
        {{crossover.title, crossover.cached, size_text(crossover.bytes, crossover), interval},
         0,
         ""});
  }
  return table;
}

std::string json_line(const char* kind, nlohmann::json object) {
  object["derived"] = kind;
  return object.dump() + "\n";
}

}  // namespace

std::vector<PrintedTable> durability_tables(const std::vector<DurabilityCosts>& costs,
                                            const std::vector<Crossover>& crossovers) {
  std::vector<PrintedTable> tables{steps_table(costs), latencies_table(costs),
                                   crossovers_table(crossovers)};
  std::erase_if(tables, [](const PrintedTable& table) { return table.rows.empty(); });
  return tables;
}

std::string durability_json_lines(const std::vector<DurabilityCosts>& costs,
                                  const std::vector<Crossover>& crossovers) {
  std::string text;
  for (const DurabilityCosts& one : costs) text += json_line("durability", encode(one));
  for (const Crossover& one : crossovers) text += json_line("crossover", encode(one));
  return text;
}

}  // namespace pmembench
