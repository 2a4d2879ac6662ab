// Database and Statement: SQLite with owners and errors as values. For src/results only.
#pragma once

#include <sqlite3.h>
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace pmembench {

// One connection. Not thread-safe; must outlive its statements.
class Database {
 public:
  // `target`: a path, or a file: URI where `flags` has SQLITE_OPEN_URI. `name` is what messages
  // say.
  static Result<Database> open(const std::string& target, const std::string& name, int flags,
                               int busy_timeout_ms);

  // Runs statements without parameters and drops their rows.
  Status execute(const std::string& sql) const;
  // The first column of the first row of `sql`.
  Result<std::int64_t> integer(const std::string& sql) const;
  Result<std::string> text(const std::string& sql) const;

  // The file that is open now has this path, which check_there() then looks at. Error (runtime): it
  // has not.
  Status watch(const std::string& path);
  // The file is still under its name: what is written to one that was removed or replaced is gone
  // with this process. Error (runtime): it is not. Success if nothing is watched.
  [[nodiscard]] Status check_there() const;

  // What is stored has checksums (store_checksums.hpp); as of when the file was opened.
  [[nodiscard]] bool has_checksums() const { return has_checksums_; }
  void set_has_checksums(bool has_checksums) { has_checksums_ = has_checksums; }

  // What went wrong last, as a sentence with its remedy. `doing`: "save a row".
  [[nodiscard]] Error error(int code, std::string_view doing) const;
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }

 private:
  struct Closer {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  Database(sqlite3* handle, std::string name, int busy_timeout_ms)
      : handle_(handle), name_(std::move(name)), busy_timeout_ms_(busy_timeout_ms) {}

  std::unique_ptr<sqlite3, Closer> handle_;
  std::string name_;
  int busy_timeout_ms_;
  bool has_checksums_ = false;
  std::string watched_;  // path; empty: none
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

// One statement: bind in order, then step. A failure of any call is kept and returned by the next
// step() or run(), so that a chain of binds needs one check.
class Statement {
 public:
  Statement(const Database& database, std::string_view sql, std::string_view doing);

  Statement& bind(std::int64_t value);
  Statement& bind_double(double value);  // what is not finite becomes NULL
  Statement& bind(std::string_view value);
  Statement& bind_blob(const std::vector<std::uint8_t>& value);
  Statement& bind_null();

  // True: there is a row. False: the end.
  Result<bool> step();
  // For what returns no rows.
  Status run();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;       // NaN for NULL
  [[nodiscard]] std::string text(int column) const;  // "" for NULL
  [[nodiscard]] std::vector<std::uint8_t> blob(int column) const;
  [[nodiscard]] bool is_null(int column) const;

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  void keep(int code);

  const Database& database_;
  std::string doing_;
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  int failure_ = SQLITE_OK;
  int next_ = 1;
};

// BEGIN IMMEDIATE, so that the wait for another writer is at the start; rolled back unless
// committed.
class Transaction {
 public:
  static Result<Transaction> begin(const Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  // Also an error, although it is committed: check_there().
  Status commit();

 private:
  explicit Transaction(const Database& database) : database_(&database) {}
  const Database* database_;
};

}  // namespace pmembench
