#include "import/imported.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

#include "measure/estimate.hpp"

namespace pmembench {
namespace {

Estimate without_interval(double value) { return {value, value, value, false}; }

}  // namespace

ImportedRow imported_row(std::string cell, const std::string& source) {
  ImportedRow imported;
  Row& row = imported.row;
  row.cell = std::move(cell);
  row.source = source;
  row.claim = kImportedClaim;
  row.status = "ok";
  row.media = "imported";
  row.backend = source;
  row.path = "imported";
  return imported;
}

void set_time(double ns_per_operation, Row& row) {
  row.ns_per_operation = without_interval(ns_per_operation);
}

void set_bandwidth(double bytes_per_s, Row& row) {
  if (bytes_per_s > 0) row.bytes_per_s = without_interval(bytes_per_s);
}

void set_rates(double operations_per_s, double bytes_per_s, Row& row) {
  row.operations_per_s = without_interval(operations_per_s);
  if (operations_per_s > 0) set_time(1e9 / operations_per_s, row);
  set_bandwidth(bytes_per_s, row);
}

void make_names_unique(ImportedFile& file) {
  std::set<std::string> names;
  std::map<std::string, unsigned> seen;
  for (ImportedRow& imported : file.rows) {
    const std::string asked = imported.row.cell;
    while (!names.insert(imported.row.cell).second) {
      imported.row.cell = fmt::format("{} #{}", asked, ++seen.try_emplace(asked, 1).first->second);
    }
    for (Replicate& replicate : imported.replicates) replicate.cell = imported.row.cell;
  }
}

void set_replicates(const std::vector<double>& ns_per_operation, const std::string& harness,
                    ImportedRow& imported) {
  Row& row = imported.row;
  for (const double ns : ns_per_operation) {
    Replicate replicate;
    replicate.cell = row.cell;
    replicate.index = static_cast<unsigned>(imported.replicates.size());
    replicate.median_ns_per_operation = ns;
    replicate.slice_ns_per_operation = {ns};
    replicate.slice_disturbed = {false};
    replicate.details.harness = harness;
    imported.replicates.push_back(std::move(replicate));
  }
  row.replicates = static_cast<unsigned>(ns_per_operation.size());
  row.slices = ns_per_operation.size();
  if (ns_per_operation.empty()) return;
  const Estimate time = hodges_lehmann(ns_per_operation);
  row.ns_per_operation = time;
  row.operations_per_s =
      Estimate{1e9 / time.estimate, 1e9 / time.high, 1e9 / time.low, time.has_interval};
}

}  // namespace pmembench
