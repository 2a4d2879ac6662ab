// A run as Bencher's metric format and as the list of github-action-benchmark.
#include <cmath>
#include <nlohmann/json.hpp>

#include "record/codec.hpp"
#include "results/export_formats.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestName = 1024;  // of a benchmark of Bencher

json metric_of(const Estimate& estimate) {
  json metric;
  metric["value"] = estimate.estimate;
  if (estimate.has_interval) {
    metric["lower_value"] = estimate.low;
    metric["upper_value"] = estimate.high;
  }
  return metric;
}

bool is_number(const std::optional<Estimate>& estimate) {
  return estimate && std::isfinite(estimate->estimate);
}

}  // namespace

std::string export_bencher(const std::vector<Row>& rows) {
  json document = json::object();
  for (const Row& row : rows) {
    if (row.status != "ok") continue;
    json measures = json::object();
    if (is_number(row.ns_per_operation)) measures["latency"] = metric_of(*row.ns_per_operation);
    if (is_number(row.operations_per_s)) measures["throughput"] = metric_of(*row.operations_per_s);
    if (is_number(row.bytes_per_s)) measures["bandwidth"] = metric_of(*row.bytes_per_s);
    for (const char* name : {"p50", "p99", "p99.9"}) {
      const auto value = percentile_of(row.latency_ns, name);
      if (value && std::isfinite(*value)) measures[name]["value"] = *value;
    }
    if (!measures.empty()) document[row.cell.substr(0, kLongestName)] = measures;
  }
  return json_text(document, 2) + "\n";
}

std::string export_github(const std::vector<Row>& rows) {
  json list = json::array();
  for (const Row& row : rows) {
    if (row.status != "ok" || !is_number(row.ns_per_operation)) continue;
    const Estimate& time = *row.ns_per_operation;
    json entry;
    entry["name"] = row.cell;
    entry["unit"] = "ns/operation";
    entry["value"] = time.estimate;
    if (time.has_interval) {
      entry["range"] = fmt::format("± {:.3g}", (time.high - time.low) / 2);
    }
    entry["extra"] = fmt::format("{} processes, may claim: {}", row.replicates, row.claim);
    list.push_back(std::move(entry));
  }
  return json_text(list, 2) + "\n";
}

}  // namespace pmembench
