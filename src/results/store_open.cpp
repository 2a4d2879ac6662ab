#include "results/store_open.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <vector>

#include "base/unique_fd.hpp"
#include "results/store_checksums.hpp"
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
    return usage_error(
        "{} is not a regular file, and results are kept in one: name another with --db", path);
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

// SQLite does not read these as the name of a file: it would keep nothing, or keep it elsewhere.
Status check_name(const std::string& path) {
  if (path.empty()) return usage_error("the results file has no name: name one with --db FILE");
  if (path == ":memory:" || path.starts_with("file:")) {
    return usage_error(
        "{0} is not the name of a file to SQLite, which keeps the results: name one with --db "
        "FILE, "
        "or write ./{0} if it is one",
        path);
  }
  return {};
}

// The first bytes of a file.
std::string head_of(const std::string& path, std::size_t bytes) {
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  std::string head(bytes, '\0');
  const ssize_t got = file ? read(file.get(), head.data(), bytes) : -1;
  head.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return head;
}

// What SQLite may have written, or has begun to: https://www.sqlite.org/fileformat2.html, 3 and 4.
bool is_of_sqlite(const std::string& path, std::string_view suffix) {
  const std::string head = head_of(path, 8);
  if (head.find_first_not_of('\0') == std::string::npos) return true;
  if (suffix == "-journal") return head == "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7";
  if (suffix == "-wal") {
    return head.starts_with("\x37\x7f\x06\x82") || head.starts_with("\x37\x7f\x06\x83");
  }
  std::uint32_t version = 0;  // of the index, in the order of this CPU
  std::memcpy(&version, head.data(), std::min(sizeof(version), head.size()));
  return version == 3007000;
}

// SQLite deletes or rolls back files with the names that it uses next to its own file. `there`: the
// results file exists already, else nothing next to it can be its own.
Status check_neighbours(const std::string& path, const std::vector<std::string>& found) {
  std::error_code ignored;
  const bool there = fs::exists(path, ignored);
  for (const std::string& suffix : found) {
    const std::string neighbour = path + suffix;
    const bool regular = fs::is_regular_file(fs::symlink_status(neighbour, ignored));
    if (regular && there && is_of_sqlite(neighbour, suffix)) continue;
    return usage_error(
        "{} exists, and SQLite would overwrite it next to the results file {}: move it away, or "
        "name "
        "another file with --db",
        neighbour, path);
  }
  return {};
}

// Before the results file is looked for: another process may be making both now.
std::vector<std::string> neighbours_of(const std::string& path) {
  std::vector<std::string> found;
  for (const char* suffix : {"-wal", "-journal", "-shm"}) {
    std::error_code ignored;
    if (fs::exists(fs::symlink_status(path + suffix, ignored))) found.emplace_back(suffix);
  }
  return found;
}

// What SQLite would say about these in too few words.
Status check_path(const std::string& path, Store::Mode mode) {
  if (Status named = check_name(path); !named) return named;
  const std::vector<std::string> neighbours = neighbours_of(path);
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
  if (Status apart = check_neighbours(path, neighbours); !apart) return apart;
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
// reading. Without a -wal next to it nothing is missing from it, so it may be read as it is.
// A journal that an interrupted writer left is rolled back before anything is read.
Result<Database> open_for_reading(const std::string& path, int busy_timeout_ms) {
  std::error_code ignored;
  const bool may_change = may(folder_of(path), W_OK | X_OK);
  const bool rolls_back = may_change && fs::exists(path + "-journal", ignored) && may(path, W_OK);
  Result<Database> plain = Database::open(
      path, path, rolls_back ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY, busy_timeout_ms);
  if (!plain || may_change) return plain;
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

// The same in a separate transaction: the answers must be of one state of the file, which another
// process may be making.
Result<Kind> identify_alone(const Database& database) {
  const Status begun = database.execute("BEGIN");
  if (!begun) return begun.error();
  const Result<Kind> kind = identify(database);
  const Status ended = database.execute("ROLLBACK");
  if (kind && !ended) return ended.error();
  return kind;
}

// check_whole() reads all of the file. One that is only read, larger than this, and has checksums
// is checked by them, where it is read.
constexpr std::int64_t kCheckedBytes = std::int64_t{64} << 20;

Result<bool> is_checked_where_it_is_read(const Database& database) {
  const Result<std::int64_t> pages = database.integer("PRAGMA page_count");
  if (!pages) return pages.error();
  const Result<std::int64_t> page_bytes = database.integer("PRAGMA page_size");
  if (!page_bytes) return page_bytes.error();
  if (*pages * *page_bytes <= kCheckedBytes) return false;
  return find_checksums(database);
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
  if (*version < 3) sql += migration_to_3_sql();
  sql += checksums_sql();
  sql += fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};", kApplicationId,
                     kSchemaVersion);
  Status made = database.execute(sql);
  if (made) made = seal_all(database);
  return made ? transaction->commit() : made;
}

// True: the file system has locks, as far as SQLite's own calls can show.
bool has_locks(const std::string& path) {
  sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
  const UniqueFd file(open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (vfs == nullptr || vfs->iVersion < 3 || vfs->xGetSystemCall == nullptr || !file) return true;
  using Fcntl = int (*)(int, int, ...);
  const auto call = reinterpret_cast<Fcntl>(vfs->xGetSystemCall(vfs, "fcntl"));
  struct flock lock {};
  lock.l_type = F_RDLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = std::int64_t{1} << 40;  // nobody's byte
  lock.l_len = 1;
  return call == nullptr || call(file.get(), F_SETLK, &lock) == 0 || errno == EAGAIN ||
         errno == EACCES;
}

// The same refusal by its cause: SQLite calls every lock that it does not get a busy one.
Error refusal(const std::string& path, const Error& error) {
  if (error.code != EBUSY || has_locks(path)) return error;
  return environment_error(
      "{} cannot be locked: its file system has no locks, which keep two programs from changing "
      "it at once; name a file on another file system with --db",
      path);
}

// WAL needs a mapping that processes share, which some network file systems do not have. Asked of
// a file without a name, since closing the results file would let go of SQLite's locks on it.
bool has_shared_mappings(const std::string& path) {
  constexpr std::size_t kPageBytes = 4096;
  sqlite3_vfs* const vfs = sqlite3_vfs_find(nullptr);
  const UniqueFd file(open(folder_of(path).c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  const bool asks = vfs != nullptr && vfs->iVersion >= 3 && vfs->xGetSystemCall != nullptr &&
                    file && ftruncate(file.get(), kPageBytes) == 0;
  if (!asks) return true;  // what it is, SQLite will find
  using Mmap = void* (*)(void*, std::size_t, int, int, int, off_t);
  const auto call = reinterpret_cast<Mmap>(vfs->xGetSystemCall(vfs, "mmap"));
  if (call == nullptr) return true;
  void* const at = call(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (at == MAP_FAILED) return false;
  munmap(at, kPageBytes);
  return true;
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

// A view of that name that a user made is left alone.
Status make_rows_view(const Database& database) {
  const std::string wanted = rows_view_sql();
  const auto present = [&] {
    return database.text("SELECT coalesce(max(sql), '') FROM sqlite_schema WHERE name = 'v_rows'");
  };
  const auto before = present();
  if (!before) return before.error();
  if (*before == wanted || (!before->empty() && !before->starts_with("CREATE VIEW v_rows AS "
                                                                     "SELECT cells.run_id, "))) {
    return {};
  }
  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return transaction.error();
  const Status made = database.execute("DROP VIEW IF EXISTS v_rows; " + wanted + ";");
  return made ? transaction->commit() : made;
}

Status prepare_for_writing(const std::string& path, const Database& database, Kind kind,
                           int busy_timeout_ms) {
  if (kind != Kind::ours) {
    const Status made = make_schema(database);
    if (!made) return made;
  }
  if (const Status view = make_rows_view(database); !view) return view;
  if (const Status sealed = seal_if_removed(database); !sealed) return sealed;
  if (has_shared_mappings(path)) {
    const Status wal = use_wal(database, busy_timeout_ms);
    if (!wal) return wal;
  }
  // NORMAL: in WAL mode a crash of the process loses nothing that was committed, and a power
  // failure may lose the last commits but never damages the file.
  return database.execute(
      "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA legacy_alter_table = OFF;");
}

Result<Database> open_checked(const std::string& path, Store::Mode mode, int busy_timeout_ms) {
  const bool writing = mode == Store::Mode::write;
  Result<Database> database =
      writing
          ? Database::open(path, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, busy_timeout_ms)
          : open_for_reading(path, busy_timeout_ms);
  if (!database) return database;
  if (const Status added = add_checksum_function(*database); !added) return added.error();
  const Result<Kind> kind = identify_alone(*database);
  if (!kind) return kind.error();
  if (!writing && *kind == Kind::empty) {
    return usage_error(
        "{} holds no results: measure something first with `pmembench run`, or name "
        "the file with --db",
        path);
  }
  const Result<bool> skips = writing ? Result<bool>(false) : is_checked_where_it_is_read(*database);
  if (!skips) return skips.error();
  const Status whole = *skips ? Status() : check_whole(*database);
  if (!whole) return whole.error();
  if (writing) {
    const Status prepared = prepare_for_writing(path, *database, *kind, busy_timeout_ms);
    if (!prepared) return prepared.error();
    if (const Status watched = database->watch(path); !watched) return watched.error();
  }
  const Result<bool> checksums = find_checksums(*database);
  if (!checksums) return checksums.error();
  database->set_has_checksums(*checksums);
  return database;
}

}  // namespace

Result<Database> open_results(const std::string& path, Store::Mode mode, int busy_timeout_ms) {
  const Status usable = check_path(path, mode);
  if (!usable) return usable.error();
  Result<Database> database = open_checked(path, mode, busy_timeout_ms);
  if (!database) return refusal(path, database.error());
  return database;
}

}  // namespace pmembench
