// Store: rows and their replicates, in and out.
#include <limits>
#include <nlohmann/json.hpp>

#include "base/plain_text.hpp"
#include "record/codec.hpp"
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

// The members that Store::each_state asks for.
Result<CellState> state_from(const nlohmann::json& members) {
  CellState state;
  try {
    members.at(0).get_to(state.cell);
    members.at(1).get_to(state.status);
    members.at(2).get_to(state.reason);
    if (!members.at(3).is_null()) members.at(3).get_to(state.source);
    members.at(4).get_to(state.slices);
    members.at(5).get_to(state.replicates);
    state.warnings = warnings_from(members.at(6));
  } catch (const nlohmann::json::exception& failure) {
    return runtime_error(
        "a row of results is damaged or of another version of pmembench ({}): read it with the "
        "version that wrote it",
        without_library(failure.what()));
  }
  return state;
}

// Reads `members` of each row of a run, an SQL expression, in the order of the plan.
Status each_row_of(const Database& database, std::int64_t run, const char* members,
                   const std::function<Status(const nlohmann::json&)>& take) {
  const Snapshot snapshot(database);
  const Status known = check_run(database, run);
  if (!known) return known.error();
  Statement select(
      database,
      fmt::format("SELECT {}, {} AND {}, cells.cell FROM cells{} WHERE cells.run_id = ? "
                  "ORDER BY position IS NULL, position, cells.id",
                  members, scalars_whole(database, Sealed::cells),
                  body_whole(database, Sealed::cells), checksum_join(database, Sealed::cells)),
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
    const Status taken = take(nlohmann::json::parse(select.text(0), nullptr, false));
    if (!taken) {
      return taken.error().with_context(fmt::format("{}, run {}", database.name(), run));
    }
  }
  return check_count(database, Sealed::cells, run, rows);
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
  return each_row_of(impl_->database, run, "cells.row", [&](const nlohmann::json& value) -> Status {
    Result<Row> row = row_from_json(value);
    if (!row) return row.error();
    take(*std::move(row));
    return {};
  });
}

Status Store::each_state(std::int64_t run, const std::function<void(CellState&&)>& take) const {
  // SQLite finds the few members without making the rest.
  constexpr const char* kMembers =
      "json_extract(cells.row, '$.cell', '$.status', '$.reason', '$.source', '$.slices', "
      "'$.replicates', '$.warnings')";
  return each_row_of(impl_->database, run, kMembers, [&](const nlohmann::json& value) -> Status {
    Result<CellState> state = state_from(value);
    if (!state) return state.error();
    take(*std::move(state));
    return {};
  });
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
