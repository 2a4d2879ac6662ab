// Rows as CSV (RFC 4180): one line a row, empty fields where there is no number.
#include <cmath>

#include "results/export_formats.hpp"

namespace pmembench {
namespace {

using Field = std::pair<std::string, std::string>;  // column and value

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + "\"";
}

std::string shortest_digits(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : "";
}

std::string joined(const std::map<std::string, std::string>& parameters) {
  std::string text;
  for (const auto& [key, value] : parameters) {
    text += fmt::format("{}{}={}", text.empty() ? "" : ";", key, value);
  }
  return text;
}

void add_estimate(const char* name, const std::optional<Estimate>& estimate,
                  std::vector<Field>& fields) {
  const bool interval = estimate && estimate->has_interval;
  fields.emplace_back(name, estimate ? shortest_digits(estimate->estimate) : "");
  fields.emplace_back(fmt::format("{}_low", name), interval ? shortest_digits(estimate->low) : "");
  fields.emplace_back(fmt::format("{}_high", name),
                      interval ? shortest_digits(estimate->high) : "");
}

void add_latency(const std::optional<LatencyResult>& latency, std::vector<Field>& fields) {
  fields.emplace_back("latency_mode", latency ? latency->mode : "");
  fields.emplace_back("latency_n", latency ? std::to_string(latency->n) : "");
  fields.emplace_back("latency_ns_mean", latency ? shortest_digits(latency->mean_ns) : "");
  fields.emplace_back("latency_ns_min", latency ? shortest_digits(latency->minimum_ns) : "");
  fields.emplace_back("latency_ns_max", latency ? shortest_digits(latency->maximum_ns) : "");
  for (const char* name : {"p50", "p90", "p99", "p99.9", "p99.99"}) {
    std::string value;
    if (latency) {
      for (const auto& [known, time_ns] : latency->percentiles) {
        if (known == name) value = shortest_digits(time_ns);
      }
    }
    fields.emplace_back(fmt::format("latency_ns_{}", name), value);
  }
}

void add_amplification(const std::map<std::string, double>& amplification,
                       std::vector<Field>& fields) {
  for (const char* name : {"bytes_asked", "bytes_stored", "lines_flushed", "fences"}) {
    const auto found = amplification.find(name);
    fields.emplace_back(fmt::format("amplification_{}", name),
                        found == amplification.end() ? "" : shortest_digits(found->second));
  }
}

std::vector<Field> fields_of(const RunRecord& run, const Row& row) {
  std::vector<Field> fields{{"run", std::to_string(run.id)},
                            {"cell", row.cell},
                            {"media", row.media},
                            {"backend", row.backend},
                            {"path", row.path},
                            {"workload", row.workload},
                            {"parameters", joined(row.parameters)},
                            {"threads", std::to_string(row.threads)},
                            {"placement_asked", row.placement_asked},
                            {"placement_verified", row.placement_verified},
                            {"status", row.status},
                            {"reason", row.reason},
                            {"claim", row.claim},
                            {"operations", std::to_string(row.operations)},
                            {"bytes", std::to_string(row.bytes)}};
  add_estimate("operations_per_s", row.operations_per_s, fields);
  add_estimate("bytes_per_s", row.bytes_per_s, fields);
  add_estimate("ns_per_operation", row.ns_per_operation, fields);
  add_latency(row.latency_ns, fields);
  fields.emplace_back("floor_ns", shortest_digits(row.floor_ns));
  fields.emplace_back("replicates", std::to_string(row.replicates));
  fields.emplace_back("slices", std::to_string(row.slices));
  fields.emplace_back("converged", row.converged ? "true" : "false");
  fields.emplace_back("disturbed_share", shortest_digits(row.disturbed_share));
  add_amplification(row.amplification, fields);
  std::string warnings;
  for (const Warning& warning : row.warnings) {
    warnings += (warnings.empty() ? "" : ";") + warning.type;
  }
  fields.emplace_back("warnings", warnings);
  fields.emplace_back("seed", std::to_string(row.seed));
  return fields;
}

}  // namespace

std::string export_csv(const RunRecord& run, const std::vector<Row>& rows) {
  const auto line = [](const std::vector<Field>& fields, std::string Field::*part) {
    std::string text;
    for (const Field& field : fields) {
      if (&field != &fields.front()) text += ",";
      text += quoted(field.*part);
    }
    return text + "\r\n";
  };
  std::string text = line(fields_of(run, Row{}), &Field::first);
  for (const Row& row : rows) text += line(fields_of(run, row), &Field::second);
  return text;
}

}  // namespace pmembench
