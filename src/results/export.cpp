#include "results/export.hpp"

#include <nlohmann/json.hpp>

#include "results/export_formats.hpp"
#include "results/store_impl.hpp"

namespace pmembench {

Result<std::string> export_run(const RunRecord& run, const std::vector<Row>& rows,
                               const std::vector<std::vector<Replicate>>& replicates,
                               std::string_view format) {
  PMB_CHECK(rows.size() == replicates.size(), "each row comes with its replicates");
  if (format == "csv") return export_csv(run, rows);
  if (format == "gbench") return export_gbench(run, rows, replicates);
  if (format != "jsonl") {
    return usage_error("there is no export format \"{}\": choose jsonl, csv or gbench", format);
  }
  std::string lines;
  for (const Row& row : rows) lines += json_text(to_json(row)) + "\n";
  return lines;
}

}  // namespace pmembench
