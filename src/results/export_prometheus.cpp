// A run as a file of node_exporter's textfile collector.
#include <fmt/format.h>

#include <cmath>
#include <ctime>

#include "results/export_formats.hpp"

namespace pmembench {
namespace {

// In a label's value.
std::string label_text(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\') {
      result += "\\\\";
    } else if (c == '"') {
      result += "\\\"";
    } else if (c == '\n') {
      result += "\\n";
    } else {
      result += c;
    }
  }
  return result;
}

std::string labels_of(const Row& row) {
  return fmt::format("cell=\"{}\",media=\"{}\",backend=\"{}\",workload=\"{}\",threads=\"{}\"",
                     label_text(row.cell), label_text(row.media), label_text(row.backend),
                     label_text(row.workload), row.threads);
}

// One family: its head, and the samples of all rows. Empty without a sample.
class Family {
 public:
  Family(std::string name, std::string help) : name_(std::move(name)), help_(std::move(help)) {}
  void add(const std::string& labels, double value) {
    if (!std::isfinite(value)) return;
    samples_ += labels.empty() ? fmt::format("{} {}\n", name_, value)
                               : fmt::format("{}{{{}}} {}\n", name_, labels, value);
  }
  [[nodiscard]] std::string text() const {
    if (samples_.empty()) return "";
    return fmt::format("# HELP {} {}\n# TYPE {} gauge\n{}", name_, help_, name_, samples_);
  }

 private:
  std::string name_, help_, samples_;
};

// An estimate and, as separate gauges, the ends of its interval.
std::string estimates(const std::vector<Row>& rows, const std::string& stem,
                      const std::string& unit, const std::string& help,
                      std::optional<Estimate> Row::*member, double factor) {
  Family value(stem + "_" + unit, help);
  Family low(stem + "_low_" + unit, help + ", lower end of its confidence interval");
  Family high(stem + "_high_" + unit, help + ", upper end of its confidence interval");
  for (const Row& row : rows) {
    if (row.status != "ok" || !(row.*member)) continue;
    const Estimate& estimate = *(row.*member);
    const std::string labels = labels_of(row);
    value.add(labels, estimate.estimate * factor);
    if (!estimate.has_interval) continue;
    low.add(labels, estimate.low * factor);
    high.add(labels, estimate.high * factor);
  }
  return value.text() + low.text() + high.text();
}

std::string percentiles_text(const std::vector<Row>& rows) {
  Family family("pmembench_latency_seconds", "Latency of an operation at a percentile");
  for (const Row& row : rows) {
    if (row.status != "ok" || !row.latency_ns) continue;
    for (const auto& [name, value_ns] : row.latency_ns->percentiles) {
      family.add(fmt::format("{},percentile=\"{}\"", labels_of(row), name.substr(1)),
                 value_ns / 1e9);
    }
  }
  return family.text();
}

double unix_seconds(const std::string& utc) {
  std::tm parts{};
  if (strptime(utc.c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr) return std::nan("");
  return static_cast<double>(timegm(&parts));
}

}  // namespace

std::string export_prometheus(const RunRecord& run, const std::vector<Row>& rows) {
  constexpr double kNanosecond = 1e-9;
  Family info("pmembench_run_info", "The run that the other samples are of");
  info.add(fmt::format("version=\"{}\",campaign=\"{}\",machine=\"{}\",run=\"{}\"",
                       label_text(run.version), label_text(run.campaign),
                       label_text(run.machine_fingerprint), run.id),
           1);
  Family started("pmembench_run_timestamp_seconds", "When the run began, in seconds of Unix time");
  started.add("", unix_seconds(run.started_utc));
  Family failed("pmembench_cells_without_result", "Cells that were skipped, unmeasured or failed");
  double without = 0;
  for (const Row& row : rows) without += row.status == "ok" ? 0 : 1;
  failed.add("", without);
  return info.text() + started.text() + failed.text() +
         estimates(rows, "pmembench_time_per_operation", "seconds",
                   "Time of an operation, of all threads together", &Row::ns_per_operation,
                   kNanosecond) +
         estimates(rows, "pmembench_operations", "per_second", "Operations a second",
                   &Row::operations_per_s, 1) +
         estimates(rows, "pmembench_bandwidth", "bytes_per_second", "Bytes moved a second",
                   &Row::bytes_per_s, 1) +
         percentiles_text(rows);
}

}  // namespace pmembench
