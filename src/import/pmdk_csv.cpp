// CSV of PMDK's pmembench: blocks of a line "SCENARIO: BENCH [n] [group: g]", a line of columns
// with their units, and n rows.
#include <fmt/format.h>

#include <array>
#include <cmath>
#include <optional>

#include "base/units.hpp"
#include "import/foreign_limits.hpp"
#include "import/foreign_text.hpp"
#include "import/importer.hpp"

namespace pmembench {
namespace {

constexpr std::string_view kFirstColumn = "total-avg[";

bool looks_like_pmdk(const ForeignFile& file) {
  return file.text.substr(0, 65536).find(";ops-per-second[") != std::string_view::npos;
}

// "latency-avg[nsec]" -> ("latency-avg", "nsec").
struct PmdkColumn {
  std::string name, unit;
};

PmdkColumn column_of(std::string_view text) {
  const std::size_t open = text.rfind('[');
  if (open == text.npos || !text.ends_with(']')) return {std::string(text), ""};
  return {std::string(text.substr(0, open)),
          std::string(text.substr(open + 1, text.size() - open - 2))};
}

std::optional<double> factor_of_unit(std::string_view unit) {
  constexpr std::array<std::pair<std::string_view, double>, 9> kUnits{{{"nsec", 1e-9},
                                                                       {"usec", 1e-6},
                                                                       {"msec", 1e-3},
                                                                       {"sec", 1},
                                                                       {"1/sec", 1},
                                                                       {"MiB/s", 1048576},
                                                                       {"MB/s", 1e6},
                                                                       {"B/s", 1},
                                                                       {"GiB/s", 1073741824}}};
  for (const auto& [name, factor] : kUnits) {
    if (name == unit) return factor;
  }
  return std::nullopt;
}

class PmdkReader {
 public:
  explicit PmdkReader(const ForeignFile& file) : file_(file), lines_(lines_of(file.text)) {}

  Result<ImportedFile> read() {
    imported_.source = "PMDK pmembench";
    for (at_ = 0; at_ < lines_.size(); ++at_) {
      const std::string_view line = stripped(lines_[at_].text);
      if (line.empty() || line.starts_with('#')) continue;
      const Status read =
          line.starts_with(kFirstColumn) ? read_block("pmdk", std::nullopt) : read_heading(line);
      if (!read) return read.error();
    }
    if (!ends_with_line_break(file_.text)) {
      return refused_at(file_.label, lines_.size(),
                        "the last row has no end of line, so it may be cut: end it if it is not");
    }
    return std::move(imported_);
  }

 private:
  [[nodiscard]] Error refused(std::string_view sentence) const {
    return refused_at(file_.label, lines_[std::min(at_, lines_.size() - 1)].number, sentence);
  }

  // "pmcpy_chunk_sizes: pmem_memcpy [8] [group: pmem]".
  Status read_heading(std::string_view line) {
    const std::size_t colon = line.find(": ");
    const std::size_t open = line.find(" [");
    const std::size_t close = line.find(']', open == line.npos ? 0 : open);
    const auto count = colon == line.npos || open == line.npos || close == line.npos
                           ? Result<std::uint64_t>(std::uint64_t{0})
                           : parse_count(line.substr(open + 2, close - open - 2));
    if (colon == line.npos || open == line.npos || open < colon || !count || *count == 0) {
      return refused(
          "a block begins with SCENARIO: BENCH [n], and this line is none of it: the "
          "file is cut, joined or damaged");
    }
    scenario_ = line.substr(0, colon);
    ++at_;
    while (at_ < lines_.size() && stripped(lines_[at_].text).empty()) ++at_;
    if (at_ >= lines_.size() || !stripped(lines_[at_].text).starts_with(kFirstColumn)) {
      return refused("the block has no line of columns: the file is cut");
    }
    return read_block(std::string(line.substr(colon + 2, open - colon - 2)), *count);
  }

  Status read_block(const std::string& bench, std::optional<std::uint64_t> count) {
    columns_.clear();
    for (const std::string_view text : split_at(stripped(lines_[at_].text), ';')) {
      columns_.push_back(column_of(text));
      const std::string& unit = columns_.back().unit;
      if (!unit.empty() && !factor_of_unit(unit)) {
        return refused(fmt::format("column {} has the unit {}, which is not known",
                                   quoted_part(columns_.back().name), quoted_part(unit)));
      }
    }
    std::uint64_t rows = 0;
    while (at_ + 1 < lines_.size()) {
      const std::string_view next = stripped(lines_[at_ + 1].text);
      if (next.empty() || !(next[0] >= '0' && next[0] <= '9') || next.find(';') == next.npos) break;
      ++at_;
      if (const Status read = read_row(bench, next); !read) return read;
      ++rows;
    }
    if (count && rows != *count) {
      return refused(
          fmt::format("the block promises {} rows and has {}: the file is cut, joined or "
                      "damaged",
                      *count, rows));
    }
    if (rows == 0) return refused("the block has no row: the file is cut");
    return {};
  }

  Status read_row(const std::string& bench, std::string_view line) {
    const auto fields = split_at(line, ';');
    if (fields.size() != columns_.size()) {
      return refused(fmt::format("the row has {} fields and the block {} columns", fields.size(),
                                 columns_.size()));
    }
    std::string name = scenario_.empty() ? bench : scenario_;
    ImportedRow imported = imported_row("", imported_.source);
    Row& row = imported.row;
    row.workload = bench;
    row.path = "pmdk";
    LatencyResult latency;
    latency.mode = "operation";
    std::optional<double> rate, total_s;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const Status read = read_field(columns_[i], stripped(fields[i]), row, latency, rate, total_s);
      if (!read) return read;
    }
    if (!rate) return refused("the block has no column ops-per-second");
    if (latency.minimum_ns > latency.maximum_ns) {
      return refused("latency-min is above latency-max: the units contradict each other");
    }
    set_rates(*rate, row.bytes_per_s ? row.bytes_per_s->estimate : 0, row);
    if (const Status agree = check_rate(row, *rate, total_s); !agree) return agree;
    row.latency_ns = std::move(latency);
    for (const char* key : {"threads", "data-size", "operation", "mode", "src-mode", "dest-mode"}) {
      const auto found = row.parameters.find(key);
      if (found != row.parameters.end()) name += fmt::format("/{}={}", key, found->second);
    }
    row.cell = name;
    imported_.rows.push_back(std::move(imported));
    return {};
  }

  Status read_field(const PmdkColumn& column, std::string_view field, Row& row,
                    LatencyResult& latency, std::optional<double>& rate,
                    std::optional<double>& total_s) const {
    if (column.unit.empty()) {
      row.parameters[column.name] = field;
      if (column.name == "threads") {
        const auto threads = parse_count(field);
        if (!threads || *threads == 0 || *threads > 1'000'000) {
          return refused(quoted_part(field) + " is not a number of threads");
        }
        row.threads = static_cast<unsigned>(*threads);
      }
      if (column.name == "data-size") row.parameters["operation_size"] = field;
      return {};
    }
    const auto number = decimal(field);
    const double most = column.unit.ends_with("/s") ? kMostBytes_per_s : kMostOperations;
    const double value = number.value_or(-1) * factor_of_unit(column.unit).value_or(1);
    if (!number || value < 0 || value > most) {
      return refused(fmt::format("{} of {} is not a number from 0 to {:g}", quoted_part(field),
                                 column.name, most));
    }
    const double ns = column.unit.ends_with("sec") && column.unit != "1/sec"
                          ? *number * std::round(*factor_of_unit(column.unit) * 1e9)
                          : 0;
    if (column.name == "ops-per-second") {
      rate = value;
    } else if (column.name == "total-avg") {
      total_s = value;
      row.figures["total-avg_s"] = value;
    } else if (column.name == "bandwidth") {
      set_bandwidth(value, row);
    } else if (column.name == "latency-avg") {
      latency.mean_ns = ns;
    } else if (column.name == "latency-min") {
      latency.minimum_ns = ns;
    } else if (column.name == "latency-max") {
      latency.maximum_ns = ns;
    } else if (column.name == "latency-pctl-50.0%") {
      latency.percentiles.emplace_back("p50", ns);
    } else if (column.name == "latency-pctl-99.0%") {
      latency.percentiles.emplace_back("p99", ns);
    } else if (column.name == "latency-pctl-99.9%") {
      latency.percentiles.emplace_back("p99.9", ns);
    } else {
      row.figures[ns > 0 && column.name.starts_with("latency") ? column.name + "_ns"
                                                               : column.name + "_s"] =
          column.name.starts_with("latency") ? ns : value;
    }
    return {};
  }

  // ops-per-second is threads * ops-per-thread / total-avg.
  [[nodiscard]] Status check_rate(const Row& row, double rate,
                                  std::optional<double> total_s) const {
    const auto found = row.parameters.find("ops-per-thread");
    const auto operations = found == row.parameters.end() ? Result<std::uint64_t>(std::uint64_t{0})
                                                          : parse_count(found->second);
    if (!operations || *operations == 0 || !total_s || *total_s <= 0) return {};
    const double expected =
        static_cast<double>(*operations) * static_cast<double>(row.threads) / *total_s;
    constexpr double kTenfold = 10;
    if (rate < expected * kTenfold && expected < rate * kTenfold) return {};
    return refused(
        fmt::format("{:.6g} operations a second contradict total-avg, which makes "
                    "{:.6g}: the units contradict each other",
                    rate, expected));
  }

  const ForeignFile& file_;
  std::vector<TextLine> lines_;
  std::size_t at_ = 0;
  std::string scenario_;
  std::vector<PmdkColumn> columns_;
  ImportedFile imported_;
};

Result<ImportedFile> read_pmdk(const ForeignFile& file) { return PmdkReader(file).read(); }

}  // namespace

Importer pmdk_csv_importer() {
  return {"pmdk", "CSV of PMDK's pmembench", looks_like_pmdk, read_pmdk};
}

}  // namespace pmembench
