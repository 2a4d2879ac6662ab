#include "results/export.hpp"

#include <nlohmann/json.hpp>

#include "results/export_formats.hpp"
#include "results/store_impl.hpp"

namespace pmembench {
namespace {

// Rows that pmembench measured: what other tools raise alarms by.
std::vector<Row> own_rows(const std::vector<Row>& rows) {
  std::vector<Row> own;
  for (const Row& row : rows) {
    if (!row.is_imported()) own.push_back(row);
  }
  return own;
}

Result<std::string> text_of(const RunRecord& run, const std::vector<Row>& rows,
                            const ExportSource& source, std::string_view format) {
  if (format == "csv") return export_csv(run, rows);
  if (format == "bencher") return export_bencher(own_rows(rows));
  if (format == "prometheus") return export_prometheus(run, own_rows(rows));
  if (format == "github") return export_github(own_rows(rows));
  if (format == "hwloc") return export_hwloc(run, own_rows(rows));
  if (format == "hgrm") return export_hgrm(rows, source.replicates);
  if (format != "jsonl") {
    return usage_error("there is no export format \"{}\": choose {}", format,
                       export_format_names());
  }
  std::string lines;
  for (const Row& row : rows) lines += json_text(to_json(row)) + "\n";
  return lines;
}

}  // namespace

std::string export_format_names() {
  return "jsonl, csv, gbench, bencher, prometheus, github, hwloc, hgrm or bwlat";
}

Status export_run(const RunRecord& run, const std::vector<Row>& rows, const ExportSource& source,
                  std::string_view format, const TextSink& sink) {
  if (format == "gbench") {
    const auto figures = source.figures();
    if (!figures) return figures.error();
    return export_gbench(run, rows, *figures, sink);
  }
  const auto text = text_of(run, rows, source, format);
  return text ? sink(*text) : Status{text.error()};
}

}  // namespace pmembench
