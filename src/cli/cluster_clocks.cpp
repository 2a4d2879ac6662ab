#include "cli/cluster_clocks.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kSecondInNs = 1'000'000'000;
// Far below any limit on silence: the ranks wait for the next command meanwhile.
constexpr std::uint64_t kLongest_ns = 20 * kSecondInNs;

}  // namespace

ClusterClocks::ClusterClocks(CLI::App& command) {
  command
      .add_option("--over", over_, "Time between the two comparisons, from which drift follows.")
      ->type_name("TIME")
      ->capture_default_str();
  command.add_flag("--json", as_json_, "Print one JSON object a host.");
}

Result<int> ClusterClocks::lead(Conductor& conductor) {
  const auto over_ns = parse_duration_ns(over_);
  if (!over_ns) return over_ns.error().with_context("--over");
  if (*over_ns > kLongest_ns) return usage_error("--over {}: give 20s or less", over_);
  if (const auto hellos = conductor.say_hello(); !hellos) return hellos.error();
  const auto before = conductor.clock_offsets();
  if (!before) return before.error();
  const timespec pause{static_cast<std::time_t>(*over_ns / kSecondInNs),
                       static_cast<long>(*over_ns % kSecondInNs)};
  nanosleep(&pause, nullptr);
  const auto after = conductor.clock_offsets();
  if (!after) return after.error();
  TextTable table({{"host"},
                   {"offset", Align::right},
                   {"+-", Align::right},
                   {"drift, ppm", Align::right},
                   {"+-", Align::right},
                   {"round trip", Align::right}});
  for (unsigned rank = 1; rank < conductor.size(); ++rank) {
    const ClockOffset& first = (*before)[rank];
    const ClockOffset& second = (*after)[rank];
    const ClockMap map(first, second);
    const auto json_of = [](const ClockOffset& offset) {
      return nlohmann::json{{"at_ns", offset.at_ns},
                            {"offset_ns", offset.offset_ns},
                            {"bound_ns", offset.bound_ns},
                            {"round_trip_ns", offset.round_trip_ns}};
    };
    if (as_json_) {
      print_json({{"host", conductor.hosts()[rank]},
                  {"before", json_of(first)},
                  {"after", json_of(second)},
                  {"drift_ppm", map.drift_ppm()},
                  {"drift_bound_ppm", map.drift_bound_ppm()}},
                 -1);
    }
    table.add({conductor.hosts()[rank], fmt::format("{:.0f} ns", map.offset_ns()),
               format_duration_ns(map.bound_ns()), fmt::format("{:.3f}", map.drift_ppm()),
               fmt::format("{:.3f}", map.drift_bound_ppm()),
               format_duration_ns(std::min(first.round_trip_ns, second.round_trip_ns))});
  }
  if (!as_json_) print_text(table.text());
  return kStatusDone;
}

}  // namespace pmembench
