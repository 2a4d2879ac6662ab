#include "results/curve_document.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "record/codec.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

std::string parameter(const Cell& cell, const char* name) {
  const auto found = cell.parameters.find(name);
  return found == cell.parameters.end() ? std::string() : found->second;
}

double number(const Cell& cell, const char* name) {
  const std::string text = parameter(cell, name);
  return text.empty() ? 0 : std::stod(text);
}

json point_json(const CurveRecord& curve, std::size_t at) {
  const Row& row = curve.rows[at];
  json point = {{"cell", row.cell},
                {"status", row.status},
                {"reason", row.reason},
                {"bandwidth", to_json(row.bytes_per_s)},
                {"latency", to_json(row.ns_per_operation)},
                {"latency_ns", to_json(row).at("latency_ns")},
                {"replicates", row.replicates},
                {"slices", row.slices},
                {"disturbed_share", row.disturbed_share},
                {"converged", row.converged},
                {"warnings", to_json(row).at("warnings")}};
  const auto of = [&](const char* name) {
    const auto found = row.parameters.find(name);
    return found == row.parameters.end() ? std::string("0") : found->second;
  };
  if (at < curve.percentiles.size()) {
    point["percentiles"] = json::object();
    for (const auto& [name, estimate] : curve.percentiles[at]) {
      point["percentiles"][name] = to_json(estimate);
    }
  }
  if (curve.pauses) point["pause"] = of("pause");
  if (!curve.pauses || of("load_share") == "0") point["load_share"] = curve.shares[at];
  if (row.bytes_per_s) {
    const double written = 1 - number(curve.base, "read_share") / 100;
    point["traffic_bytes_per_s"] =
        row.bytes_per_s->estimate * (1 + written * (curve.write_traffic - 1));
  }
  return point;
}

json identity_json(const Cell& cell) {
  const std::string probe = cell.probe_media();
  return {{"title", curve_title(cell)},
          {"media", cell.media},
          {"probe_media", probe.empty() ? cell.media : probe},
          {"backend", cell.backend},
          {"path", cell.path},
          {"read_share", number(cell, "read_share")},
          {"order", parameter(cell, "order")},
          {"durability", parameter(cell, "durability")},
          {"operation_size", number(cell, "operation_size")},
          {"chunk", number(cell, "chunk")},
          {"load_threads", cell.threads - 1}};
}

json figures_json(const CurveRecord& curve) {
  if (curve.processes.empty()) return {{"saturated", nullptr}, {"processes", 0}};
  const CurveSummary summary = summarise_curves(curve.processes, curve.confidence);
  const auto reasons =
      not_saturated(summary.latency_ratio.estimate, curve.growth, curve.thread_ratio);
  json knee = nullptr;
  if (summary.knee_bandwidth) {
    knee = {{"bandwidth", to_json(*summary.knee_bandwidth)},
            {"latency_ns", to_json(*summary.knee_latency)}};
  }
  return {{"processes", summary.processes},
          {"unloaded_latency_ns", to_json(summary.unloaded_latency)},
          {"maximum_bytes_per_s", to_json(summary.maximum_bandwidth)},
          {"latency_ratio", to_json(summary.latency_ratio)},
          {"knee", knee},
          {"knee_in_processes", summary.knee_reached},
          {"at_twice_unloaded", to_json(summary.bandwidth_at_twice)},
          {"at_twice_unloaded_in_processes", summary.twice_reached},
          {"growth_with_threads", curve.growth},
          {"saturated", reasons.empty()},
          {"reasons", reasons}};
}

json curve_json(const CurveRecord& curve) {
  json result = identity_json(curve.base);
  json points = json::array();
  for (std::size_t at = 0; at < curve.rows.size(); ++at) points.push_back(point_json(curve, at));
  result["points"] = points;
  result["shares_are_of_bytes_per_s"] = curve.maximum_bytes_per_s;
  result.update(figures_json(curve));
  return result;
}

json interference_json(const std::vector<CurveRecord>& curves) {
  json pairs = json::array();
  const bool differ = std::any_of(curves.begin(), curves.end(), [](const CurveRecord& curve) {
    return !curve.base.probe_media().empty();
  });
  if (!differ) return pairs;
  for (const CurveRecord& curve : curves) {
    if (curve.rows.empty()) continue;
    const Row& idle = curve.rows.front();
    const Row& full = curve.rows.back();
    const json identity = identity_json(curve.base);
    pairs.push_back({{"probe", identity["probe_media"]},
                     {"load", identity["media"]},
                     {"backend", identity["backend"]},
                     {"read_share", identity["read_share"]},
                     {"idle_ns", to_json(idle.ns_per_operation)},
                     {"loaded_ns", to_json(full.ns_per_operation)},
                     {"load_bytes_per_s", to_json(full.bytes_per_s)}});
  }
  return pairs;
}

}  // namespace

std::string curve_title(const Cell& cell) {
  const std::string probe = cell.probe_media();
  std::string title = fmt::format("{} {}, {} % reads, {}", cell.media, cell.backend,
                                  parameter(cell, "read_share"), parameter(cell, "order"));
  if (parameter(cell, "durability") != "none") {
    title += ", durable " + parameter(cell, "durability");
  }
  if (!probe.empty()) title += ", probed on " + probe;
  return title;
}

json curves_document(const std::vector<CurveRecord>& curves) {
  json list = json::array();
  for (const CurveRecord& curve : curves) list.push_back(curve_json(curve));
  return {{"schema", "pmembench-curve"},
          {"version", 1},
          {"curves", list},
          {"interference", interference_json(curves)}};
}

}  // namespace pmembench
