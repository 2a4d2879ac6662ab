#include "results/database.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <cerrno>
#include <cmath>
#include <limits>

namespace pmembench {
namespace {

// Are files of this process limited in size (ulimit -f)?
bool has_file_limit() {
  rlimit limit{};
  return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

bool disk_is_full(int code, int system_errno) {
  if (code == SQLITE_FULL) return true;
  const bool failed_io = code == SQLITE_IOERR || code == SQLITE_CANTOPEN;
  return failed_io && (system_errno == ENOSPC || system_errno == EDQUOT);
}

}  // namespace

Result<Database> Database::open(const std::string& target, const std::string& name, int flags,
                                int busy_timeout_ms) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(target.c_str(), &handle, flags | SQLITE_OPEN_EXRESCODE, nullptr);
  Database database(handle, name, busy_timeout_ms);  // SQLite hands out a handle on failure too
  if (handle == nullptr) {
    return runtime_error("{} cannot be opened: there is no memory for it; free some", name);
  }
  if (code != SQLITE_OK) return database.error(code, "open it");
  sqlite3_busy_timeout(handle, busy_timeout_ms);
  return database;
}

Status Database::execute(const std::string& sql) const {
  const int code = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error(code, sql);
  return {};
}

Result<std::int64_t> Database::integer(const std::string& sql) const {
  Statement statement(*this, sql, sql);
  const Result<bool> row = statement.step();
  if (!row) return row.error();
  return *row ? statement.integer(0) : 0;
}

Result<std::string> Database::text(const std::string& sql) const {
  Statement statement(*this, sql, sql);
  const Result<bool> row = statement.step();
  if (!row) return row.error();
  return *row ? statement.text(0) : std::string();
}

Status Database::watch(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) {
    return runtime_error("{} was removed while it was opened: start again", name_);
  }
  watched_ = path;
  device_ = facts.st_dev;
  inode_ = facts.st_ino;
  return {};
}

Status Database::check_there() const {
  struct stat facts {};
  if (watched_.empty()) return {};
  const bool there = ::stat(watched_.c_str(), &facts) == 0;
  if (there && facts.st_dev == device_ && facts.st_ino == inode_) return {};
  return runtime_error(
      "{} was removed or replaced while it was written to, and what was stored in it is lost: "
      "leave "
      "it alone while a command uses it, and start again",
      name_);
}

Error Database::error(int code, std::string_view doing) const {
  const int primary = code & 0xFF;
  const int system_errno = sqlite3_system_errno(handle());
  if (disk_is_full(primary, system_errno)) {
    Error full = runtime_error(
        "{}: its disk is full, and what was to be stored is not; free some space and go on with "
        "--resume, or use a --db file on another disk",
        name_);
    full.code = ENOSPC;
    return full;
  }
  // What SQLite does to undo a write may have changed errno since.
  const bool limited = system_errno == EFBIG || has_file_limit();
  if ((primary == SQLITE_IOERR || primary == SQLITE_FULL) && limited) {
    return runtime_error(
        "{} has reached the limit on the size of files (ulimit -f), and what was to be stored is "
        "not; "
        "raise the limit and go on with --resume",
        name_);
  }
  if (primary == SQLITE_NOTADB) {
    return usage_error(
        "{} is not an SQLite file: pmembench keeps its results in one; name another file with --db",
        name_);
  }
  if (primary == SQLITE_CORRUPT) {
    return runtime_error(
        "{} is damaged ({}): restore a copy, or save what can be read with `sqlite3 {} .recover`, "
        "and "
        "name another file with --db",
        name_, sqlite3_errmsg(handle()), name_);
  }
  if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED) {
    Error busy = runtime_error(
        "{} is locked by another program and stayed so for {:.3g} s: end that program's "
        "transaction, or "
        "name another file with --db",
        name_, busy_timeout_ms_ / 1000.0);
    busy.code = EBUSY;
    return busy;
  }
  if (primary == SQLITE_READONLY || primary == SQLITE_CANTOPEN || primary == SQLITE_PERM) {
    return environment_error(
        "{} cannot be opened or written ({}): check the permissions of the file and its folder, or "
        "name another file with --db",
        name_, sqlite3_errmsg(handle()));
  }
  return runtime_error("{}: SQLite failed to {} ({}); check the file with `pmembench show --db {}`",
                       name_, doing, sqlite3_errmsg(handle()), name_);
}

Statement::Statement(const Database& database, std::string_view sql, std::string_view doing)
    : database_(database), doing_(doing) {
  sqlite3_stmt* statement = nullptr;
  keep(sqlite3_prepare_v2(database.handle(), sql.data(), static_cast<int>(sql.size()), &statement,
                          nullptr));
  statement_.reset(statement);
}

void Statement::keep(int code) {
  if (failure_ == SQLITE_OK) failure_ = code;
}

Statement& Statement::bind(std::int64_t value) {
  if (failure_ == SQLITE_OK) keep(sqlite3_bind_int64(statement_.get(), next_++, value));
  return *this;
}

Statement& Statement::bind_double(double value) {
  if (!std::isfinite(value)) return bind_null();
  if (failure_ == SQLITE_OK) keep(sqlite3_bind_double(statement_.get(), next_++, value));
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  if (failure_ != SQLITE_OK) return *this;
  keep(sqlite3_bind_text64(statement_.get(), next_++, value.data() != nullptr ? value.data() : "",
                           value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind_blob(const std::vector<std::uint8_t>& value) {
  if (failure_ != SQLITE_OK) return *this;
  // A null pointer would bind NULL; an empty blob is not that.
  keep(value.empty() ? sqlite3_bind_zeroblob(statement_.get(), next_++, 0)
                     : sqlite3_bind_blob64(statement_.get(), next_++, value.data(), value.size(),
                                           SQLITE_TRANSIENT));
  return *this;
}

Statement& Statement::bind_null() {
  if (failure_ == SQLITE_OK) keep(sqlite3_bind_null(statement_.get(), next_++));
  return *this;
}

Result<bool> Statement::step() {
  if (failure_ != SQLITE_OK) return database_.error(failure_, doing_);
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return database_.error(code, doing_);
}

Status Statement::run() {
  for (;;) {
    const Result<bool> row = step();
    if (!row) return row.error();
    if (!*row) return {};
  }
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double Statement::real(int column) const {
  if (is_null(column)) return std::numeric_limits<double>::quiet_NaN();
  return sqlite3_column_double(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
}

std::vector<std::uint8_t> Statement::blob(int column) const {
  const auto* bytes =
      static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_.get(), column));
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr ? std::vector<std::uint8_t>()
                          : std::vector<std::uint8_t>(bytes, bytes + size);
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

Result<Transaction> Transaction::begin(const Database& database) {
  const Status begun = database.execute("BEGIN IMMEDIATE");
  if (!begun) return begun.error();
  return Transaction(database);
}

Transaction::~Transaction() {
  // Nothing can be done about a rollback that fails: SQLite rolls back by itself at the next open.
  if (database_ != nullptr) static_cast<void>(database_->execute("ROLLBACK"));
}

Status Transaction::commit() {
  const Status committed = database_->execute("COMMIT");
  if (!committed) return committed;
  return std::exchange(database_, nullptr)->check_there();
}

}  // namespace pmembench
