#include "results/store_checksums.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <span>

#include "base/crc32.hpp"

namespace pmembench {
namespace {

struct SealedTable {
  const char* name;
  const char* parent;  // SQL of the columns `parent` and `id` of its checksums
  const char* id;
  const char* scalars;
  const char* body;  // empty: it has none
  const char* join;  // what the body needs more than the table
};

// In the order of Sealed.
constexpr std::array<SealedTable, 6> kTables{{
    {"runs", "0", "runs.id",
     "runs.id, runs.started_utc, runs.finished_utc, runs.status, runs.campaign, "
     "runs.plan_fingerprint, runs.machine_fingerprint, runs.version, runs.command_line, runs.seed",
     "runs.environment, runs.plan", ""},
    {"plan_cells", "plan_cells.run_id", "plan_cells.position",
     "plan_cells.run_id, plan_cells.cell, plan_cells.position", "", ""},
    {"cells", "cells.run_id", "cells.id", "cells.id, cells.run_id, cells.position, cells.cell",
     "cells.row", ""},
    {"replicates", "replicates.cell_id", "replicates.id",
     "replicates.id, replicates.cell_id, replicates.replicate, replicates.seed, "
     "replicates.operations, replicates.bytes, replicates.median_ns_per_operation, "
     "replicates.floor_ns, replicates.lag1, replicates.disturbed, "
     "replicates.involuntary_switches, replicates.steal_share, replicates.ns_per_tick",
     "replicates.slice_ns_per_operation, replicates.slice_disturbed, replicates.medium, "
     "replicates.details, histograms.n, histograms.buckets",
     " LEFT JOIN histograms ON histograms.replicate_id = replicates.id"},
    {"documents", "0", "documents.id",
     "documents.id, documents.created_utc, documents.kind, documents.run_id, documents.verdict",
     "documents.document", ""},
    {"history_points", "0", "history_points.id",
     "history_points.id, history_points.recorded_utc, history_points.cell, history_points.metric, "
     "history_points.machine_fingerprint, history_points.reference, history_points.label, "
     "history_points.ratio, history_points.low, history_points.high, history_points.replicates, "
     "history_points.accepted, history_points.reason, history_points.document_id",
     "", ""},
}};

const SealedTable& of(Sealed table) { return kTables[static_cast<std::size_t>(table)]; }

std::uint32_t add_bytes(const void* bytes, std::size_t size, std::uint32_t crc) {
  return crc32(std::span(static_cast<const std::byte*>(bytes), size), crc);
}

// A value with its type, so that no two lists of values are the same bytes.
std::uint32_t add_value(sqlite3_value* value, std::uint32_t crc) {
  const auto type = static_cast<std::uint8_t>(sqlite3_value_type(value));
  crc = add_bytes(&type, sizeof(type), crc);
  if (type == SQLITE_INTEGER) {
    const std::int64_t number = sqlite3_value_int64(value);
    return add_bytes(&number, sizeof(number), crc);
  }
  if (type == SQLITE_FLOAT) {
    const double number = sqlite3_value_double(value) + 0.0;  // SQLite stores -0.0 as 0
    return add_bytes(&number, sizeof(number), crc);
  }
  if (type == SQLITE_NULL) return crc;
  const void* bytes = sqlite3_value_blob(value);
  const auto size = static_cast<std::uint64_t>(sqlite3_value_bytes(value));
  return add_bytes(bytes, size, add_bytes(&size, sizeof(size), crc));
}

void checksum_of(sqlite3_context* context, int count, sqlite3_value** values) {
  std::uint32_t crc = 0;
  for (int i = 0; i < count; ++i) crc = add_value(values[i], crc);
  sqlite3_result_int64(context, crc);
}

std::string condition_of(const SealedTable& table) {
  return fmt::format("checksums.table_name = '{}' AND checksums.parent = {} AND checksums.id = {}",
                     table.name, table.parent, table.id);
}

// What a query of `from` finds to be not as it was stored, or nothing.
Status check_all(const Database& database, Sealed table, const std::string& from,
                 const std::string& where) {
  Statement select(database,
                   fmt::format("SELECT {} FROM {}{}{} WHERE {} AND NOT ({} AND {}) LIMIT 1",
                               of(table).id, from, of(table).join, checksum_join(database, table),
                               where, scalars_whole(database, table), body_whole(database, table)),
                   "check the checksums");
  const Result<bool> found = select.step();
  if (!found) return found.error();
  if (!*found) return {};
  return changed(database,
                 fmt::format("row {} of the table {}", select.integer(0), of(table).name));
}

Status check_number(const Database& database, Sealed table, const std::string& counted,
                    const std::string& parents) {
  Statement select(database,
                   fmt::format("SELECT (SELECT count(*) FROM {}), (SELECT count(*) FROM checksums "
                               "WHERE table_name = '{}' AND {})",
                               counted, of(table).name, parents),
                   "count the checksums");
  const Result<bool> found = select.step();
  if (!found) return found.error();
  if (select.integer(0) == select.integer(1)) return {};
  return changed(database, fmt::format("the table {} ({} rows of {})", of(table).name,
                                       select.integer(0), select.integer(1)));
}

}  // namespace

std::string checksums_sql() {
  std::string sql = R"sql(
CREATE TABLE checksums (
  table_name TEXT NOT NULL,
  parent INTEGER NOT NULL,
  id INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  body INTEGER,
  PRIMARY KEY (table_name, parent, id)
) STRICT, WITHOUT ROWID;
)sql";
  for (const SealedTable& table : kTables) {
    const std::string parent = table.parent;
    const std::string id = table.id;
    const auto old = [](const std::string& column) {
      const std::size_t dot = column.find('.');
      return dot == std::string::npos ? column : "old" + column.substr(dot);
    };
    sql += fmt::format(
        "CREATE TRIGGER {0}_checksum AFTER DELETE ON {0} BEGIN DELETE FROM checksums WHERE "
        "table_name = "
        "'{0}' AND parent = {1} AND id = {2}; END;\n",
        table.name, old(parent), old(id));
  }
  return sql;
}

Status add_checksum_function(const Database& database) {
  const int code = sqlite3_create_function_v2(database.handle(), "pmb_checksum", -1,
                                              SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr,
                                              checksum_of, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return database.error(code, "add a function");
  return {};
}

Result<bool> find_checksums(const Database& database) {
  const Result<std::int64_t> there = database.integer(
      "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'checksums'");
  if (!there) return there.error();
  if (*there == 0) return false;
  const Result<std::int64_t> used = database.integer(
      "SELECT EXISTS (SELECT 1 FROM checksums) OR NOT (EXISTS (SELECT 1 FROM runs) OR EXISTS "
      "(SELECT 1 FROM documents) OR EXISTS (SELECT 1 FROM history_points))");
  if (!used) return used.error();
  return *used != 0;
}

Status seal(const Database& database, Sealed table, std::string_view condition) {
  const SealedTable& one = of(table);
  const std::string body =
      one.body[0] == '\0' ? std::string("NULL") : fmt::format("pmb_checksum({})", one.body);
  return database.execute(
      fmt::format("INSERT OR REPLACE INTO checksums SELECT '{}', {}, {}, pmb_checksum({}), {} FROM "
                  "{}{}{}{}",
                  one.name, one.parent, one.id, one.scalars, body, one.name, one.join,
                  condition.empty() ? "" : " WHERE ", condition));
}

Status seal(const Database& database, Sealed table, std::int64_t id) {
  return seal(database, table, fmt::format("{} = {}", of(table).id, id));
}

Status seal_all(const Database& database) {
  for (std::size_t i = 0; i < kTables.size(); ++i) {
    const Status sealed = seal(database, static_cast<Sealed>(i), "");
    if (!sealed) return sealed;
  }
  return {};
}

Status seal_if_removed(const Database& database) {
  const Result<bool> there = find_checksums(database);
  if (!there) return there.error();
  if (*there) return {};
  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return transaction.error();
  const Status sealed = seal_all(database);
  return sealed ? transaction->commit() : sealed;
}

std::string checksum_join(const Database& database, Sealed table) {
  if (!database.has_checksums()) return {};
  return " LEFT JOIN checksums ON " + condition_of(of(table));
}

std::string scalars_whole(const Database& database, Sealed table) {
  if (!database.has_checksums()) return "1";
  return fmt::format("(checksums.checksum IS pmb_checksum({}))", of(table).scalars);
}

std::string body_whole(const Database& database, Sealed table) {
  if (!database.has_checksums() || of(table).body[0] == '\0') return "1";
  return fmt::format("(checksums.body IS pmb_checksum({}))", of(table).body);
}

Status check_count(const Database& database, Sealed table, std::int64_t parent, std::size_t found) {
  if (!database.has_checksums()) return {};
  Statement select(database, "SELECT count(*) FROM checksums WHERE table_name = ? AND parent = ?",
                   "count the checksums");
  const Result<bool> counted = select.bind(of(table).name).bind(parent).step();
  if (!counted) return counted.error();
  if (select.integer(0) == static_cast<std::int64_t>(found)) return {};
  return changed(database, fmt::format("the table {} ({} rows of {})", of(table).name, found,
                                       select.integer(0)));
}

Status check_rows(const Database& database, Sealed table, const std::string& condition) {
  if (!database.has_checksums()) return {};
  return check_all(database, table, of(table).name, condition);
}

Status check_count(const Database& database, Sealed table) {
  if (!database.has_checksums()) return {};
  return check_number(database, table, fmt::format("{} NOT INDEXED", of(table).name), "1");
}

Status check_replicate_count(const Database& database, std::int64_t run) {
  if (!database.has_checksums()) return {};
  return check_number(
      database, Sealed::replicates,
      fmt::format("cells JOIN replicates ON replicates.cell_id = cells.id WHERE cells.run_id = {}",
                  run),
      fmt::format("parent IN (SELECT id FROM cells WHERE run_id = {})", run));
}

Error changed(const Database& database, std::string_view what) {
  return runtime_error(
      "{0} is damaged: {1} is not as it was stored (its checksum differs): restore a copy; if you "
      "changed it on purpose, accept what the file holds now with `sqlite3 {0} 'DELETE FROM "
      "checksums'`",
      database.name(), what);
}

Status check_run_content(const Database& database, std::int64_t run) {
  if (!database.has_checksums()) return {};
  const Snapshot snapshot(database);
  for (const Sealed table : {Sealed::runs, Sealed::documents, Sealed::history_points}) {
    const std::string condition = table == Sealed::runs ? fmt::format("runs.id = {}", run) : "1";
    Status whole = check_all(database, table, of(table).name, condition);
    if (whole) whole = check_count(database, table);
    if (!whole) return whole;
  }
  for (const Sealed table : {Sealed::plan_cells, Sealed::cells}) {
    const std::string condition = fmt::format("{}.run_id = {}", of(table).name, run);
    Status whole = check_all(database, table, of(table).name, condition);
    if (whole) {
      whole = check_number(database, table, fmt::format("{} WHERE {}", of(table).name, condition),
                           fmt::format("parent = {}", run));
    }
    if (!whole) return whole;
  }
  const std::string replicates = "cells JOIN replicates ON replicates.cell_id = cells.id";
  const std::string condition = fmt::format("cells.run_id = {}", run);
  const Status whole = check_all(database, Sealed::replicates, replicates, condition);
  return whole ? check_replicate_count(database, run) : whole;
}

// A savepoint outside a transaction begins one that reads; within one it changes nothing.
Snapshot::Snapshot(const Database& database) : database_(database) {
  static_cast<void>(database_.execute("SAVEPOINT snapshot"));
}

Snapshot::~Snapshot() { static_cast<void>(database_.execute("RELEASE snapshot")); }

}  // namespace pmembench
