// Store: rows and their replicates, in and out.
#include <limits>

#include "results/store_impl.hpp"

namespace pmembench {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

constexpr std::string_view kSaveCell = R"sql(
INSERT INTO cells (run_id, cell, media, backend, path, workload, threads, status, reason, claim,
  operations, bytes, ns_per_operation, ns_per_operation_low, ns_per_operation_high,
  operations_per_s, bytes_per_s, latency_mode, latency_p50_ns, latency_p99_ns, floor_ns,
  replicates, slices, converged, disturbed_share, row, position)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
  (SELECT position FROM plan_cells WHERE run_id = ?1 AND cell = ?2))
ON CONFLICT (run_id, cell) DO UPDATE SET
  media = excluded.media, backend = excluded.backend, path = excluded.path,
  workload = excluded.workload, threads = excluded.threads, status = excluded.status,
  reason = excluded.reason, claim = excluded.claim, operations = excluded.operations,
  bytes = excluded.bytes, ns_per_operation = excluded.ns_per_operation,
  ns_per_operation_low = excluded.ns_per_operation_low,
  ns_per_operation_high = excluded.ns_per_operation_high,
  operations_per_s = excluded.operations_per_s, bytes_per_s = excluded.bytes_per_s,
  latency_mode = excluded.latency_mode, latency_p50_ns = excluded.latency_p50_ns,
  latency_p99_ns = excluded.latency_p99_ns, floor_ns = excluded.floor_ns,
  replicates = excluded.replicates, slices = excluded.slices, converged = excluded.converged,
  disturbed_share = excluded.disturbed_share, row = excluded.row
RETURNING id
)sql";

double percentile(const Row& row, std::string_view name) {
  if (!row.latency_ns) return kUnknown;
  for (const auto& [known, time_ns] : row.latency_ns->percentiles) {
    if (known == name) return time_ns;
  }
  return kUnknown;
}

double estimate_of(const std::optional<Estimate>& estimate) {
  return estimate ? estimate->estimate : kUnknown;
}

double bound_of(const std::optional<Estimate>& estimate, double Estimate::*bound) {
  return estimate && estimate->has_interval ? (*estimate).*bound : kUnknown;
}

void bind_numbers(const Row& row, Statement& save) {
  save.bind(static_cast<std::int64_t>(row.operations))
      .bind(static_cast<std::int64_t>(row.bytes))
      .bind_double(estimate_of(row.ns_per_operation))
      .bind_double(bound_of(row.ns_per_operation, &Estimate::low))
      .bind_double(bound_of(row.ns_per_operation, &Estimate::high))
      .bind_double(estimate_of(row.operations_per_s))
      .bind_double(estimate_of(row.bytes_per_s));
  if (row.latency_ns) {
    save.bind(row.latency_ns->mode);
  } else {
    save.bind_null();
  }
  save.bind_double(percentile(row, "p50"))
      .bind_double(percentile(row, "p99"))
      .bind_double(row.floor_ns)
      .bind(std::int64_t{row.replicates})
      .bind(static_cast<std::int64_t>(row.slices))
      .bind(std::int64_t{row.converged})
      .bind_double(row.disturbed_share);
}

// The row's id in the table cells.
Result<std::int64_t> save_cell(const Database& database, std::int64_t run, const Row& row) {
  Statement save(database, kSaveCell, "store a row");
  save.bind(run)
      .bind(row.cell)
      .bind(row.media)
      .bind(row.backend)
      .bind(row.path)
      .bind(row.workload)
      .bind(std::int64_t{row.threads})
      .bind(row.status)
      .bind(row.reason)
      .bind(row.claim);
  bind_numbers(row, save);
  const Result<bool> saved = save.bind(json_text(to_json(row))).step();
  if (!saved) return saved.error();
  return save.integer(0);
}

}  // namespace

Status Store::save(std::int64_t run, const Row& row, const Replicate* replicate) {
  const Database& database = impl_->database;
  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return transaction.error();
  const Status known = check_run(impl_->database, run);
  if (!known) return known;
  const Result<std::int64_t> cell = save_cell(database, run, row);
  if (!cell) return cell.error();
  if (replicate != nullptr) {
    const Status saved = save_replicate(database, *cell, *replicate);
    if (!saved) return saved;
  }
  return transaction->commit();
}

Result<std::vector<Row>> Store::rows(std::int64_t run) const {
  const Status known = check_run(impl_->database, run);
  if (!known) return known.error();
  Statement select(impl_->database,
                   "SELECT row FROM cells WHERE run_id = ? ORDER BY position IS NULL, position, id",
                   "read the rows of a run");
  select.bind(run);
  std::vector<Row> rows;
  for (;;) {
    const Result<bool> more = select.step();
    if (!more) return more.error();
    if (!*more) return rows;
    Result<Row> row = row_from_json(nlohmann::json::parse(select.text(0), nullptr, false));
    if (!row) {
      return row.error().with_context(fmt::format("{}, run {}", impl_->database.name(), run));
    }
    rows.push_back(std::move(*row));
  }
}

Result<std::vector<Replicate>> Store::replicates(std::int64_t run, const std::string& cell) const {
  const Status known = check_run(impl_->database, run);
  if (!known) return known.error();
  return load_replicates(impl_->database, run, cell);
}

}  // namespace pmembench
