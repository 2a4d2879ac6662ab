// Store: comparisons kept whole, in and out.
#include "results/store_checksums.hpp"
#include "results/store_impl.hpp"

#include <nlohmann/json.hpp>

namespace pmembench {

Result<bool> has_table(const Database& database, std::string_view table) {
  Statement find(database, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?",
                 "look for a table");
  return find.bind(table).step();
}

Result<std::int64_t> insert_document(const Database& database, const DocumentRecord& document) {
  if (document.run_id) {
    const Status known = check_run(database, *document.run_id);
    if (!known) return known.error();
  }
  Statement insert(database,
                   "INSERT INTO documents (created_utc, kind, run_id, verdict, document) VALUES "
                   "(coalesce(nullif(?, ''), strftime('%Y-%m-%dT%H:%M:%SZ', 'now')), ?, ?, ?, ?)",
                   "store a document");
  insert.bind(document.created_utc).bind(document.kind);
  if (document.run_id) {
    insert.bind(*document.run_id);
  } else {
    insert.bind_null();
  }
  const Status inserted =
      insert.bind(document.verdict).bind(json_text(document.document.json())).run();
  if (!inserted) return inserted.error();
  const std::int64_t id = sqlite3_last_insert_rowid(database.handle());
  if (const Status sealed = seal(database, Sealed::documents, id); !sealed) return sealed.error();
  return id;
}

Result<std::int64_t> Store::save_document(const DocumentRecord& document) {
  const Database& database = impl_->database;
  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return transaction.error();
  Result<std::int64_t> id = insert_document(database, document);
  if (!id) return id;
  const Status committed = transaction->commit();
  if (!committed) return committed.error();
  return id;
}

Result<std::int64_t> Store::replace_document(const DocumentRecord& document) {
  const Database& database = impl_->database;
  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return transaction.error();
  if (document.run_id) {
    Statement remove(database, "DELETE FROM documents WHERE kind = ? AND run_id = ?",
                     "replace a document");
    const Status removed = remove.bind(document.kind).bind(*document.run_id).run();
    if (!removed) return removed.error();
  }
  Result<std::int64_t> id = insert_document(database, document);
  if (!id) return id;
  const Status committed = transaction->commit();
  if (!committed) return committed.error();
  return id;
}

Result<std::vector<DocumentRecord>> Store::documents(const std::string& kind,
                                                     std::optional<std::int64_t> run) const {
  const Database& database = impl_->database;
  std::vector<DocumentRecord> documents;
  const Result<bool> known = has_table(database, "documents");
  if (!known) return known.error();
  if (!*known) return documents;  // a file of version 1
  const Snapshot snapshot(database);
  // Every one is compared, so that none is missed whose kind or run was damaged; the text of those
  // that are not asked for is not read.
  const std::string asked = "((?1 = '' OR kind = ?1) AND (?2 IS NULL OR run_id = ?2))";
  Statement select(
      database,
      fmt::format("SELECT documents.id, created_utc, kind, run_id, verdict, CASE WHEN {0} THEN "
                  "document END, coalesce({0}, 0), {1} AND CASE WHEN {0} THEN {2} ELSE 1 END FROM "
                  "documents{3} ORDER BY documents.id",
                  asked, scalars_whole(database, Sealed::documents),
                  body_whole(database, Sealed::documents),
                  checksum_join(database, Sealed::documents)),
      "read the documents");
  select.bind(kind);
  if (run) {
    select.bind(*run);
  } else {
    select.bind_null();
  }
  for (;;) {
    const Result<bool> row = select.step();
    if (!row) return row.error();
    if (!*row) break;
    DocumentRecord document;
    document.id = select.integer(0);
    if (select.integer(7) == 0) return changed(database, fmt::format("document {}", document.id));
    if (select.integer(6) == 0) continue;
    document.created_utc = select.text(1);
    document.kind = select.text(2);
    if (!select.is_null(3)) document.run_id = select.integer(3);
    document.verdict = select.text(4);
    document.document = nlohmann::json::parse(select.text(5), nullptr, false);
    if (document.document.json().is_discarded()) {
      return runtime_error(
          "document {} of {} is not JSON: the file was changed by another program; restore a copy",
          document.id, database.name());
    }
    documents.push_back(std::move(document));
  }
  if (const Status all = check_count(database, Sealed::documents); !all) return all.error();
  return documents;
}

}  // namespace pmembench
