// Store: the points of the history, in and out.
#include "results/store_checksums.hpp"
#include "results/store_impl.hpp"

#include <nlohmann/json.hpp>

namespace pmembench {
namespace {

constexpr std::string_view kFilter =
    "(?1 = '' OR cell = ?1) AND (?2 = '' OR metric = ?2) AND (?3 = '' OR machine_fingerprint = ?3) "
    "AND (?4 = '' OR reference = ?4)";

Statement& bind_filter(const HistoryFilter& filter, Statement& statement) {
  return statement.bind(filter.cell)
      .bind(filter.metric)
      .bind(filter.machine_fingerprint)
      .bind(filter.reference);
}

Status insert_point(const Database& database, const HistoryPoint& point,
                    std::optional<std::int64_t> document) {
  Statement insert(
      database,
      "INSERT INTO history_points (recorded_utc, cell, metric, machine_fingerprint, reference, "
      "label, ratio, low, high, replicates, accepted, reason, document_id) VALUES "
      "(coalesce(nullif(?, ''), strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), ?, ?, ?, ?, ?, ?, ?, ?, ?, "
      "?, ?, ?)",
      "store a point of the history");
  insert.bind(point.recorded_utc)
      .bind(point.cell)
      .bind(point.metric)
      .bind(point.machine_fingerprint)
      .bind(point.reference)
      .bind(point.label)
      .bind_double(point.ratio)
      .bind_double(point.low)
      .bind_double(point.high)
      .bind(std::int64_t{point.replicates})
      .bind(std::int64_t{point.accepted})
      .bind(point.reason);
  if (document) {
    insert.bind(*document);
  } else {
    insert.bind_null();
  }
  if (const Status inserted = insert.run(); !inserted) return inserted;
  return seal(database, Sealed::history_points, sqlite3_last_insert_rowid(database.handle()));
}

HistoryPoint point_at(const Statement& row) {
  HistoryPoint point;
  point.id = row.integer(0);
  point.recorded_utc = row.text(1);
  point.cell = row.text(2);
  point.metric = row.text(3);
  point.machine_fingerprint = row.text(4);
  point.reference = row.text(5);
  point.label = row.text(6);
  point.ratio = row.real(7);
  point.low = row.real(8);
  point.high = row.real(9);
  point.replicates = static_cast<unsigned>(row.integer(10));
  point.accepted = row.integer(11) != 0;
  point.reason = row.text(12);
  if (!row.is_null(13)) point.document_id = row.integer(13);
  return point;
}

}  // namespace

Status Store::add_history(const std::vector<HistoryPoint>& points, const DocumentRecord* document) {
  const Database& database = impl_->database;
  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return transaction.error();
  std::optional<std::int64_t> saved;
  if (document != nullptr) {
    const Result<std::int64_t> id = insert_document(database, *document);
    if (!id) return id.error();
    saved = *id;
  }
  for (const HistoryPoint& point : points) {
    const Status inserted = insert_point(database, point, saved ? saved : point.document_id);
    if (!inserted) return inserted;
  }
  return transaction->commit();
}

Result<std::vector<HistoryPoint>> Store::history(const HistoryFilter& filter) const {
  const Database& database = impl_->database;
  std::vector<HistoryPoint> points;
  const Result<bool> known = has_table(database, "history_points");
  if (!known) return known.error();
  if (!*known) return points;  // a file of version 1
  const Snapshot snapshot(database);
  Statement select(
      database,
      fmt::format("SELECT history_points.id, recorded_utc, cell, metric, machine_fingerprint, "
                  "reference, label, ratio, low, high, replicates, accepted, reason, document_id, "
                  "{}, {} FROM history_points{} ORDER BY history_points.id",
                  kFilter, scalars_whole(database, Sealed::history_points),
                  checksum_join(database, Sealed::history_points)),
      "read the history");
  bind_filter(filter, select);
  for (;;) {
    const Result<bool> row = select.step();
    if (!row) return row.error();
    if (!*row) break;
    if (select.integer(15) == 0) {
      return changed(database, fmt::format("point {} of the history", select.integer(0)));
    }
    if (select.integer(14) != 0) points.push_back(point_at(select));
  }
  if (const Status all = check_count(database, Sealed::history_points); !all) return all.error();
  return points;
}

Result<std::size_t> Store::accept_baseline(const HistoryFilter& filter, const std::string& reason) {
  if (reason.find_first_not_of(" \t\n") == std::string::npos) {
    return usage_error(
        "a baseline is accepted for a reason: say with --reason why the new level is right");
  }
  const Database& database = impl_->database;
  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return transaction.error();
  const Status whole = check_rows(database, Sealed::history_points, "1");
  if (!whole) return whole.error();
  Statement update(
      database,
      fmt::format("UPDATE history_points SET accepted = 1, reason = CASE WHEN accepted "
                  "THEN reason || '; ' || ?5 ELSE ?5 END WHERE id IN (SELECT max(id) "
                  "FROM history_points WHERE {} GROUP BY cell, metric)",
                  kFilter),
      "accept a baseline");
  const Status updated = bind_filter(filter, update).bind(reason).run();
  if (!updated) return updated.error();
  const auto count = static_cast<std::size_t>(sqlite3_changes(database.handle()));
  if (count > 0) {
    Status accepted = seal(database, Sealed::history_points, "");
    if (accepted) accepted = transaction->commit();
    if (!accepted) return accepted.error();
    return count;
  }
  return usage_error(
      "{} has no point of {} in its history: record one with `pmembench history --add "
      "DOCUMENT.json`, or see `pmembench baseline show`",
      database.name(), filter.cell.empty() ? "any cell" : filter.cell);
}

}  // namespace pmembench
