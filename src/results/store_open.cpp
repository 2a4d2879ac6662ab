#include "results/store_open.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>

#include "results/store_schema.hpp"

namespace pmembench {
namespace {

namespace fs = std::filesystem;

bool may(const fs::path& path, int how) {
  return faccessat(AT_FDCWD, path.c_str(), how, AT_EACCESS) == 0;
}

fs::path folder_of(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

Status check_existing(const std::string& path, const fs::file_status& status, Store::Mode mode) {
  if (fs::is_directory(status)) {
    return usage_error("{} is a folder: name a file in it, such as {}", path,
                       (fs::path(path) / "pmembench.db").string());
  }
  if (!fs::is_regular_file(status)) {
    return usage_error("{} is no regular file, and results are kept in one: name another with --db",
                       path);
  }
  if (!may(path, R_OK)) {
    return environment_error(
        "{} may not be read by this user: change its permissions, or name "
        "another file with --db",
        path);
  }
  if (mode == Store::Mode::write && !may(path, W_OK)) {
    return environment_error(
        "{} may not be written by this user: change its permissions, or name "
        "another file with --db",
        path);
  }
  return {};
}

// What SQLite would say about these in too few words.
Status check_path(const std::string& path, Store::Mode mode) {
  if (path.empty()) return usage_error("the results file has no name: name one with --db FILE");
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  const fs::path folder = folder_of(path);
  if (fs::exists(status)) {
    const Status existing = check_existing(path, status, mode);
    if (!existing) return existing;
  } else if (mode == Store::Mode::read) {
    return usage_error(
        "{} does not exist: measure something first with `pmembench run`, or name the "
        "file with --db",
        path);
  } else if (!fs::is_directory(folder, ignored)) {
    return usage_error(
        "{} cannot be made, for the folder {} does not exist: make it, or name another "
        "file with --db",
        path, folder.string());
  }
  if (mode == Store::Mode::write && !may(folder, W_OK | X_OK)) {
    return environment_error(
        "{} cannot be written, for nothing can be made in its folder {}: change "
        "the folder's permissions, or name another file with --db",
        path, folder.string());
  }
  return {};
}

// A file: URI of `path` in which SQLite reads nothing but the path.
std::string immutable_uri(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02x}", static_cast<unsigned>(c));
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

// A closed file in a read-only folder has no place for the -shm file that SQLite wants even for
// reading. Without a -wal beside it nothing is missing from it, so it may be read as it is.
Result<Database> open_for_reading(const std::string& path, int busy_timeout_ms) {
  Result<Database> plain = Database::open(path, path, SQLITE_OPEN_READONLY, busy_timeout_ms);
  if (!plain || may(folder_of(path), W_OK | X_OK)) return plain;
  std::error_code ignored;
  if (fs::exists(path + "-wal", ignored)) return plain;
  return Database::open(immutable_uri(path), path, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
                        busy_timeout_ms);
}

enum class Kind { empty, older, ours };

Result<Kind> identify(const Database& database) {
  const Result<std::int64_t> application = database.integer("PRAGMA application_id");
  if (!application) return application.error();
  const Result<std::int64_t> version = database.integer("PRAGMA user_version");
  if (!version) return version.error();
  const Result<std::int64_t> objects = database.integer("SELECT count(*) FROM sqlite_schema");
  if (!objects) return objects.error();
  if (*application == 0 && *version == 0 && *objects == 0) return Kind::empty;
  if (*application != kApplicationId) {
    return usage_error(
        "{} is the SQLite file of another program, and is left alone: name another file with --db",
        database.name());
  }
  if (*version < kOldestSchemaVersion || *version > kSchemaVersion) {
    return usage_error(
        "{} has schema version {} and this pmembench knows version {}: open it with the pmembench "
        "that wrote it, or name another file with --db",
        database.name(), *version, kSchemaVersion);
  }
  if (*version < kSchemaVersion) return Kind::older;
  return Kind::ours;
}

// The same in a transaction of its own: the answers must be of one state of the file, which another
// process may be making.
Result<Kind> identify_alone(const Database& database) {
  const Status begun = database.execute("BEGIN");
  if (!begun) return begun.error();
  const Result<Kind> kind = identify(database);
  const Status ended = database.execute("ROLLBACK");
  if (kind && !ended) return ended.error();
  return kind;
}

Status check_whole(const Database& database) {
  const Result<std::string> verdict = database.text("PRAGMA quick_check(1)");
  if (!verdict) return verdict.error();
  if (*verdict == "ok") return {};
  return runtime_error(
      "{} is damaged ({}): restore a copy, or save what can be read with `sqlite3 {} .recover`, "
      "and "
      "name another file with --db",
      database.name(), *verdict, database.name());
}

// Makes the schema, or brings an older one to the present. Another process may do so at the same
// time: who comes second finds it done. After an error the file is as it was.
Status make_schema(const Database& database) {
  // A table that is made again must not delete the rows that refer to it. A view that a user added
  // may name it while it is gone.
  const Status unbound =
      database.execute("PRAGMA foreign_keys = OFF; PRAGMA legacy_alter_table = ON;");
  if (!unbound) return unbound;
  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return transaction.error();
  const Result<Kind> kind = identify(database);
  if (!kind) return kind.error();
  if (*kind == Kind::ours) return {};
  const Result<std::int64_t> version = database.integer("PRAGMA user_version");
  if (!version) return version.error();
  std::string sql;
  if (*kind == Kind::empty) sql += schema_1_sql();
  if (*version < 2) sql += migration_to_2_sql();
  sql += migration_to_3_sql();
  sql += fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};", kApplicationId,
                     kSchemaVersion);
  const Status made = database.execute(sql);
  return made ? transaction->commit() : made;
}

// To WAL, where the file system can. The switch needs the file for itself and, unlike other
// statements, does not wait for it; the mode then stays with the file.
Status use_wal(const Database& database, int busy_timeout_ms) {
  constexpr int kPauseMs = 10;
  for (int waited_ms = 0;; waited_ms += kPauseMs) {
    Statement change(database, "PRAGMA journal_mode = WAL", "turn WAL on");
    const Result<bool> changed = change.step();
    if (changed) return {};
    const bool busy = (sqlite3_errcode(database.handle()) & 0xFF) == SQLITE_BUSY;
    if (!busy || waited_ms >= busy_timeout_ms) return changed.error();
    sqlite3_sleep(kPauseMs);
  }
}

Status prepare_for_writing(const Database& database, Kind kind, int busy_timeout_ms) {
  if (kind != Kind::ours) {
    const Status made = make_schema(database);
    if (!made) return made;
  }
  const Status wal = use_wal(database, busy_timeout_ms);
  if (!wal) return wal;
  // NORMAL: in WAL mode a crash of the process loses nothing that was committed, and a power
  // failure may lose the last commits but never damages the file.
  return database.execute(
      "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA legacy_alter_table = OFF;");
}

}  // namespace

Result<Database> open_results(const std::string& path, Store::Mode mode, int busy_timeout_ms) {
  const Status usable = check_path(path, mode);
  if (!usable) return usable.error();
  const bool writing = mode == Store::Mode::write;
  Result<Database> database =
      writing
          ? Database::open(path, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, busy_timeout_ms)
          : open_for_reading(path, busy_timeout_ms);
  if (!database) return database;
  const Result<Kind> kind = identify_alone(*database);
  if (!kind) return kind.error();
  if (!writing && *kind == Kind::empty) {
    return usage_error(
        "{} holds no results: measure something first with `pmembench run`, or name "
        "the file with --db",
        path);
  }
  const Status whole = check_whole(*database);
  if (!whole) return whole.error();
  if (writing) {
    const Status prepared = prepare_for_writing(*database, *kind, busy_timeout_ms);
    if (!prepared) return prepared.error();
  }
  return database;
}

}  // namespace pmembench
