#include "record/row_columns.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "record/members.hpp"

namespace pmembench {
namespace {

// As few digits as name the number; what is none is empty.
std::string shortest(double value) { return std::isfinite(value) ? fmt::format("{}", value) : ""; }

struct FieldCollector {
  std::vector<RowField> fields;

  template <typename T>
  void field(const Field& field, const T&) {
    fields.push_back({std::string(field.name), std::string(field.unit), std::string(field.doc)});
  }
  template <typename T>
  void added(const Field& name, const T& value) {
    field(name, value);
  }
  template <typename T>
  void unless_empty(const Field& name, const T& value) {
    field(name, value);
  }
};

// The counts that have a column; the rest is in the JSON.
constexpr std::array<const char*, 4> kCountedColumns{"bytes_asked", "bytes_stored", "lines_flushed",
                                                     "fences"};

struct CsvWriter {
  std::vector<CsvColumn> columns;

  void add(const std::string& name, std::string text) {
    columns.push_back({name, std::move(text)});
  }
  template <typename T>
  void field(const Field& field, const T& value) {
    add_value(std::string(field.name), value);
  }
  template <typename T>
  void added(const Field& name, const T& value) {
    field(name, value);
  }
  template <typename T>
  void unless_empty(const Field&, const T&) {}  // columns are of all rows
  void unless_empty(const Field& name, const std::string& value) { field(name, value); }

  void add_value(const std::string& name, const std::string& value) { add(name, value); }
  void add_value(const std::string& name, bool value) { add(name, value ? "true" : "false"); }
  void add_value(const std::string& name, double value) { add(name, shortest(value)); }
  template <typename T>
  void add_value(const std::string& name, const DecimalText<T>& text) {
    add(name, std::to_string(text.value));
  }
  template <typename T>
  requires std::is_integral_v<T>
  void add_value(const std::string& name, T value) { add(name, std::to_string(value)); }
  void add_value(const std::string& name, const std::optional<Estimate>& value) {
    const bool known = value && value->has_interval;
    add(name, value ? shortest(value->estimate) : "");
    add(name + "_low", known ? shortest(value->low) : "");
    add(name + "_high", known ? shortest(value->high) : "");
  }
  void add_value(const std::string& name, const RowPlacement& value) {
    add(name + "_asked", value.asked);
    add(name + "_verified", value.verified);
  }
  void add_value(const std::string& name, const std::map<std::string, std::string>& values) {
    std::string text;
    for (const auto& [key, value] : values) {
      text += fmt::format("{}{}={}", text.empty() ? "" : ";", key, value);
    }
    add(name, text);
  }
  void add_value(const std::string& name, const std::optional<LatencyResult>& latency) {
    add("latency_mode", latency ? latency->mode : "");
    add("latency_n", latency ? std::to_string(latency->n) : "");
    add(name + "_mean", latency ? shortest(latency->mean_ns) : "");
    add(name + "_min", latency ? shortest(latency->minimum_ns) : "");
    add(name + "_max", latency ? shortest(latency->maximum_ns) : "");
    for (const NamedPercentile& each : kPercentiles) {
      const auto value = percentile_of(latency, each.name);
      add(fmt::format("{}_{}", name, each.name), value ? shortest(*value) : "");
    }
  }
  void add_value(const std::string& name, const std::map<std::string, double>& values) {
    if (name != "amplification") return;  // figures have names of their workload's own
    for (const char* counted : kCountedColumns) {
      const auto found = values.find(counted);
      add(fmt::format("{}_{}", name, counted),
          found == values.end() ? "" : shortest(found->second));
    }
  }
  void add_value(const std::string& name, const std::vector<Warning>& warnings) {
    std::string text;
    for (const Warning& warning : warnings) text += (text.empty() ? "" : ";") + warning.type;
    add(name, text);
  }
  // In the JSON only.
  void add_value(const std::string&, const std::optional<RowPair>&) {}
  void add_value(const std::string&, const std::optional<MediumFacts>&) {}
  void add_value(const std::string&, const BackendCapabilities&) {}
};

struct SqlCollector {
  std::vector<SqlColumn> columns;

  void add(const std::string& name, const char* type, const std::string& path) {
    columns.push_back({name, type, "$." + path});
  }
  template <typename T>
  void field(const Field& field, const T&) {
    const std::string name(field.name);
    // SQLite's integers are signed and a seed uses all of 64 bits.
    if (name == "seed") return;
    if constexpr (std::is_same_v<T, std::string>) {
      add(name, "TEXT", name);
    } else if constexpr (std::is_integral_v<T>) {
      add(name, "INTEGER", name);
    } else if constexpr (std::is_same_v<T, double>) {
      add(name, "REAL", name);
    } else if constexpr (std::is_same_v<T, std::optional<Estimate>>) {
      add(name, "REAL", name + ".estimate");
      add(name + "_low", "REAL", name + ".low");
      add(name + "_high", "REAL", name + ".high");
    } else if constexpr (std::is_same_v<T, std::optional<LatencyResult>>) {
      add("latency_mode", "TEXT", name + ".mode");
      add("latency_p50_ns", "REAL", name + ".p50");
      add("latency_p99_ns", "REAL", name + ".p99");
    }
  }
  template <typename T>
  void added(const Field& name, const T& value) {
    field(name, value);
  }
  template <typename T>
  void unless_empty(const Field&, const T&) {}
};

}  // namespace

std::vector<RowField> row_fields() {
  FieldCollector collector;
  const Row row;
  describe(row, collector);
  return std::move(collector.fields);
}

std::vector<CsvColumn> csv_columns(const Row& row) {
  CsvWriter writer;
  describe(row, writer);
  return std::move(writer.columns);
}

std::vector<SqlColumn> sql_columns() {
  SqlCollector collector;
  const Row row;
  describe(row, collector);
  return std::move(collector.columns);
}

}  // namespace pmembench
