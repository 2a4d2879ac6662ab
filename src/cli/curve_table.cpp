#include "cli/curve_table.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/units.hpp"
#include "cli/text_table.hpp"
#include "record/codec.hpp"
#include "results/printed_words.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

// As a row's is printed.
std::string half_width(const json& estimate) {
  const auto read = estimate.is_object() ? optional_estimate_from(estimate) : std::nullopt;
  return read ? half_width_text(*read) : "";
}

std::string bandwidth(const json& estimate) {
  return estimate.is_object() ? format_bandwidth(estimate.at("estimate").get<double>()) : "none";
}

std::string duration(const json& estimate) {
  return estimate.is_object() ? format_duration_ns(estimate.at("estimate").get<double>()) : "";
}

std::string percentile(const json& point, const char* name) {
  const json intervals = point.value("percentiles", json::object());
  if (intervals.contains(name)) {
    const std::string half = half_width(intervals[name]);
    return duration(intervals[name]) + (half.empty() ? "" : " " + half);
  }
  const json& latency = point.at("latency_ns");
  if (!latency.is_object() || !latency.contains(name)) return "n/a";
  return format_duration_ns(latency.at(name).get<double>());
}

std::string asked(const json& point) {
  if (point.contains("load_share")) return fmt::format("{:g} %", point["load_share"].get<double>());
  return fmt::format("pause {}", point.at("pause").get<std::string>());
}

std::string marks(const json& point) {
  std::string text = point.value("converged", false) ? "" : "c";
  for (const json& warning : point.at("warnings")) {
    if (warning.at("type") == "not_steady") text += "s";
    if (warning.at("type") == "disturbed") text += "d";
  }
  return text;
}

std::string interval_text(const json& estimate, bool is_bandwidth) {
  const std::string half = half_width(estimate);
  return (is_bandwidth ? bandwidth(estimate) : duration(estimate)) +
         (half.empty() ? "" : " " + half);
}

// The maximum is measured once, in the first process, and every share is relative to it; if the
// other processes do not reach it, the points are not at the shares that were meant.
std::string axis_text(const json& curve) {
  constexpr double kLeastAgreement = 0.8;
  const double shares_of = curve.value("shares_are_of_bytes_per_s", 0.0);
  const double found = curve["maximum_bytes_per_s"].value("estimate", 0.0);
  if (!(shares_of > 0) || !(found > 0)) return "";
  if (std::min(shares_of, found) >= kLeastAgreement * std::max(shares_of, found)) return "";
  return fmt::format(
      "  shares are of {}, the maximum that the first process found; over all processes it is {}: "
      "something else took the CPUs at one of the two, measure again\n",
      format_bandwidth(shares_of), format_bandwidth(found));
}

std::string findings(const json& curve) {
  if (curve.value("processes", 0) == 0) {
    return "  no process measured the whole curve: give a larger --budget\n";
  }
  std::string text = fmt::format("  unloaded latency {}; maximum bandwidth {}\n",
                                 interval_text(curve["unloaded_latency_ns"], false),
                                 interval_text(curve["maximum_bytes_per_s"], true));
  if (curve["knee"].is_object()) {
    text += fmt::format("  knee at {}, {}\n", interval_text(curve["knee"]["bandwidth"], true),
                        interval_text(curve["knee"]["latency_ns"], false));
  } else {
    text += "  no knee: latency does not rise enough\n";
  }
  if (curve["at_twice_unloaded"].is_object()) {
    text += fmt::format("  bandwidth at twice the unloaded latency {}\n",
                        interval_text(curve["at_twice_unloaded"], true));
  } else {
    text += fmt::format("  twice the unloaded latency: reached in {} of {} processes\n",
                        curve["at_twice_unloaded_in_processes"].get<int>(),
                        curve["processes"].get<int>());
  }
  text += axis_text(curve);
  for (const json& reason : curve["reasons"]) {
    text += fmt::format("  not saturated: {}\n", reason.get<std::string>());
  }
  return text;
}

std::string curve_text(const json& curve) {
  TextTable table({{"load", Align::right},
                   {"bandwidth", Align::right},
                   {"interval", Align::right},
                   {"latency", Align::right},
                   {"interval", Align::right},
                   {"p50", Align::right},
                   {"p99", Align::right},
                   {"p99.9", Align::right},
                   {"processes", Align::right},
                   {"flags"}});
  std::string failed;
  for (const json& point : curve.at("points")) {
    if (point.at("status") != "ok") {
      failed += fmt::format("  {}: {}\n", asked(point), point.at("reason").get<std::string>());
      continue;
    }
    table.add({asked(point), bandwidth(point["bandwidth"]), half_width(point["bandwidth"]),
               duration(point["latency"]), half_width(point["latency"]), percentile(point, "p50"),
               percentile(point, "p99"), percentile(point, "p99.9"),
               std::to_string(point["replicates"].get<int>()), marks(point)});
  }
  return fmt::format("{}\n{}{}{}\n", curve.at("title").get<std::string>(), table.text(), failed,
                     findings(curve));
}

// Rows are probes, columns loads; one matrix for each backend and share of reads.
std::string interference_text(const json& pairs) {
  std::map<std::string, std::map<std::string, std::map<std::string, std::string>>> matrices;
  std::set<std::string> loads;
  for (const json& pair : pairs) {
    const std::string what = fmt::format("{}, {:g} % reads", pair["backend"].get<std::string>(),
                                         pair["read_share"].get<double>());
    loads.insert(pair["load"].get<std::string>());
    if (!pair["idle_ns"].is_object() || !pair["loaded_ns"].is_object()) continue;
    matrices[what][pair["probe"].get<std::string>()][pair["load"].get<std::string>()] =
        fmt::format("{} -> {} at {}", duration(pair["idle_ns"]), duration(pair["loaded_ns"]),
                    bandwidth(pair["load_bytes_per_s"]));
  }
  std::string text;
  for (const auto& [what, rows] : matrices) {
    std::vector<TextTable::Column> columns{{"probe \\ load"}};
    for (const std::string& load : loads) columns.push_back({load});
    TextTable table(columns);
    for (const auto& [probe, cells] : rows) {
      std::vector<std::string> line{probe};
      for (const std::string& load : loads) {
        const auto found = cells.find(load);
        line.push_back(found == cells.end() ? "" : found->second);
      }
      table.add(line);
    }
    text += fmt::format("interference, {}: latency without load -> under all of it\n{}\n", what,
                        table.text());
  }
  return text;
}

}  // namespace

std::string curves_text(const json& document) {
  std::string text;
  for (const json& curve : document.at("curves")) text += curve_text(curve);
  text += interference_text(document.at("interference"));
  return text +
         "latency: one load of the probe, timed in chunks (docs/loaded_latency.md); bandwidth: of "
         "the load threads alone.\n"
         "flags: c not converged, s not steady within a process, d disturbed by other work.\n";
}

}  // namespace pmembench
