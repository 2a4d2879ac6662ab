// perf stat -j: an object a line, each a counter. One row whose figures are the counters.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>

#include "import/foreign_json.hpp"
#include "import/foreign_text.hpp"
#include "import/importer.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

bool looks_like_perf(const ForeignFile& file) {
  return file.text.substr(0, 4096).find("\"counter-value\"") != std::string_view::npos;
}

// Counts of intervals add up; what has another unit (GHz, %) does not.
bool adds_up(const std::string& unit) {
  return unit.empty() || unit == "msec" || unit == "Joules" || unit == "MiB";
}

struct PerfCounters {  // by event and unit
  std::map<std::string, double> sums;
};

class PerfReader {
 public:
  explicit PerfReader(const ForeignFile& file) : file_(file) {}

  Result<ImportedFile> read() {
    imported_.source = "perf stat";
    ImportedRow imported = imported_row("perf stat", imported_.source);
    imported.row.workload = "perf stat";
    for (const TextLine& line : lines_of(file_.text)) {
      const std::string_view text = stripped(line.text);
      if (text.empty() || text.starts_with('#')) continue;
      if (const Status read = read_line(text, line.number); !read) return read.error();
    }
    for (const auto& [name, sum] : counters_.sums) imported.row.figures[name] = sum;
    if (imported.row.figures.empty()) {
      return usage_error("{} has no counter with a value: {}", file_.label,
                         imported_.notes.empty() ? "it is empty" : imported_.notes.front());
    }
    imported_.rows.push_back(std::move(imported));
    return std::move(imported_);
  }

 private:
  Status read_line(std::string_view text, std::size_t number) {
    if (!text.starts_with('{')) {
      return refused_at(file_.label, number,
                        "it is not an object of perf stat -j: the file is cut or joined");
    }
    const auto parsed = foreign_json(text, fmt::format("{}:{}", file_.label, number));
    if (!parsed) return parsed.error();
    const json& counter = parsed->json();
    const std::string event = foreign_text_of(counter, "event");
    const std::string value = foreign_text_of(counter, "counter-value");
    if (event.empty() && counter.contains("metric-value")) return {};  // a metric of the line above
    if (event.empty() || !counter.contains("counter-value")) {
      return refused_at(file_.label, number, "it has no \"event\" with a \"counter-value\"");
    }
    if (value == "<not counted>" || value == "<not supported>") {
      imported_.notes.push_back(fmt::format("{}: {}", event, value.substr(1, value.size() - 2)));
      return {};
    }
    const auto count = decimal(value);
    if (!count || *count < 0) {
      return refused_at(
          file_.label, number,
          fmt::format("\"counter-value\" {} is not a number from 0 on", quoted_part(value)));
    }
    const std::string unit = foreign_text_of(counter, "unit");
    const std::string name = unit.empty() ? event : fmt::format("{} [{}]", event, unit);
    if (!adds_up(unit) && counters_.sums.contains(name)) {
      return refused_at(file_.label, number,
                        fmt::format("{} comes twice, and values in {} do not add up", event, unit));
    }
    counters_.sums[name] += *count;
    return {};
  }

  const ForeignFile& file_;
  PerfCounters counters_;
  ImportedFile imported_;
};

Result<ImportedFile> read_perf(const ForeignFile& file) { return PerfReader(file).read(); }

}  // namespace

Importer perf_stat_importer() {
  return {"perf", "counters of perf stat -j", looks_like_perf, read_perf};
}

}  // namespace pmembench
