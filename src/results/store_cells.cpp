// Store: rows and their replicates, in and out.
#include <limits>
#include <nlohmann/json.hpp>

#include "results/store_impl.hpp"

namespace pmembench {
namespace {

// The columns that users query are generated from the row (store_schema.cpp).
constexpr std::string_view kSaveCell = R"sql(
INSERT INTO cells (run_id, cell, row, position)
VALUES (?1, ?2, ?3, (SELECT position FROM plan_cells WHERE run_id = ?1 AND cell = ?2))
ON CONFLICT (run_id, cell) DO UPDATE SET row = excluded.row
RETURNING id
)sql";

// The row's id in the table cells.
Result<std::int64_t> save_cell(const Database& database, std::int64_t run, const Row& row) {
  Statement save(database, kSaveCell, "store a row");
  const Result<bool> saved = save.bind(run).bind(row.cell).bind(json_text(to_json(row))).step();
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

Status Store::save(std::int64_t run, const std::string& cell, const Replicate& replicate) {
  const Database& database = impl_->database;
  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return transaction.error();
  Statement find(database, "SELECT id FROM cells WHERE run_id = ? AND cell = ?", "find a row");
  const Result<bool> found = find.bind(run).bind(cell).step();
  if (!found) return found.error();
  if (!*found) {
    const Status known = check_run(database, run);
    if (!known) return known;
    return runtime_error("{} has no row of cell {} of run {}, so it takes no replicate of it",
                         database.name(), cell, run);
  }
  const Status saved = save_replicate(database, find.integer(0), replicate);
  if (!saved) return saved;
  return transaction->commit();
}

Status Store::save(std::int64_t run, const std::vector<Row>& rows) {
  const Database& database = impl_->database;
  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return transaction.error();
  const Status known = check_run(database, run);
  if (!known) return known;
  for (const Row& row : rows) {
    const Result<std::int64_t> saved = save_cell(database, run, row);
    if (!saved) return saved.error();
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
