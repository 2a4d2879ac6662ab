#include "cli/curve_record.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "results/loaded_curve.hpp"
#include "workloads/parameters.hpp"

namespace pmembench {
namespace {

const Row& row_of(const std::vector<Row>& rows, const Cell& cell) {
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.cell == cell.name; });
  PMB_CHECK(found != rows.end(), "every point of a curve has a row");
  return *found;
}

// Cached stores read the line that they write to; non-temporal ones do not. On the path mapped the
// workload stores, and not the backend.
bool load_fetches_lines(const Cell& cell) {
  if (cell.path == "mapped") return true;
  return stores_fetch_lines(cell.capabilities, number_of(cell.parameters, "operation_size"));
}

void add_growth(const CurveOutcome& outcome, const Cell& base, const std::vector<Row>& rows,
                CurveRecord& record) {
  if (!outcome.fewer_threads) return;
  const Row& fewer = row_of(rows, outcome.fewer_threads->cell);
  const Row& all = record.rows.back();
  if (!fewer.bytes_per_s || !all.bytes_per_s) return;
  record.growth = all.bytes_per_s->estimate / fewer.bytes_per_s->estimate;
  record.thread_ratio = static_cast<double>(base.threads - 1) /
                        static_cast<double>(outcome.fewer_threads->cell.threads - 1);
}

}  // namespace

CurveRecord curve_record(const Cell& base, const CurveOutcome& outcome,
                         const std::vector<Row>& rows, bool pauses) {
  CurveRecord record;
  record.base = base;
  record.pauses = pauses;
  record.maximum_bytes_per_s = outcome.maximum_bytes_per_s;
  record.write_traffic = load_fetches_lines(base) ? 2 : 1;
  for (const PointSamples& point : outcome.points) {
    record.shares.push_back(point.share);
    record.rows.push_back(row_of(rows, point.cell));
    record.percentiles.push_back(process_percentiles(figures_of(point.replicates)));
  }
  for (unsigned round = 0; round < outcome.rounds; ++round) {
    const auto curve = curve_of_round(outcome.points, round);
    if (!curve.empty()) record.processes.push_back(curve_figures(curve));
  }
  add_growth(outcome, base, rows, record);
  return record;
}

}  // namespace pmembench
