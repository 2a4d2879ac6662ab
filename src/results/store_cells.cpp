// Store: rows and their replicates, in and out.
#include <limits>
#include <nlohmann/json.hpp>

#include "results/store_checksums.hpp"
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
  const std::int64_t id = save.integer(0);
  if (const Status sealed = seal(database, Sealed::cells, id); !sealed) return sealed.error();
  return id;
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

Status Store::each_row(std::int64_t run, const std::function<void(Row&&)>& take) const {
  const Database& database = impl_->database;
  const Snapshot snapshot(database);
  const Status known = check_run(database, run);
  if (!known) return known.error();
  Statement select(
      database,
      fmt::format("SELECT cells.row, {} AND {}, cells.cell FROM cells{} WHERE cells.run_id = ? "
                  "ORDER BY position IS NULL, position, cells.id",
                  scalars_whole(database, Sealed::cells), body_whole(database, Sealed::cells),
                  checksum_join(database, Sealed::cells)),
      "read the rows of a run");
  select.bind(run);
  std::size_t rows = 0;
  for (;; ++rows) {
    const Result<bool> more = select.step();
    if (!more) return more.error();
    if (!*more) break;
    if (select.integer(1) == 0) {
      return changed(database, fmt::format("the row of cell {} of run {}", select.text(2), run));
    }
    Result<Row> row = row_from_json(nlohmann::json::parse(select.text(0), nullptr, false));
    if (!row) {
      return row.error().with_context(fmt::format("{}, run {}", database.name(), run));
    }
    take(*std::move(row));
  }
  return check_count(database, Sealed::cells, run, rows);
}

Result<std::vector<Row>> Store::rows(std::int64_t run) const {
  const Result<std::int64_t> counted =
      impl_->database.integer(fmt::format("SELECT count(*) FROM cells WHERE run_id = {}", run));
  if (!counted) return counted.error();
  std::vector<Row> rows;
  rows.reserve(static_cast<std::size_t>(*counted));
  const Status read = each_row(run, [&](Row&& row) { rows.push_back(std::move(row)); });
  if (!read) return read.error();
  return rows;
}

Result<std::vector<Replicate>> Store::replicates(std::int64_t run, const std::string& cell) const {
  const Status known = check_run(impl_->database, run);
  if (!known) return known.error();
  return load_replicates(impl_->database, run, cell);
}

}  // namespace pmembench
