// The checksums of what is stored: a row of the table `checksums` for each row of the others, made
// in the transaction that stores it and compared whenever it is read. For src/results only.
//
// `checksum` is of the scalar columns, `body` of the long ones. A list of rows is complete if it
// has as many as there are checksums of its table and parent: damage of an index or of a tree can
// hide rows, and no checksum of a row that is left shows that.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "results/database.hpp"

namespace pmembench {

// The tables whose rows have checksums. Histograms are a part of their replicate's body.
enum class Sealed { runs, plan_cells, cells, replicates, documents, history_points };

// SQL of the table `checksums`, and of the triggers that delete a checksum with its row.
std::string checksums_sql();

// Makes the SQL function pmb_checksum(...) known: CRC-32 of its arguments with their types.
Status add_checksum_function(const Database& database);

// False: the file is older than checksums, or they were removed (DELETE FROM checksums), and what
// is read cannot be checked. As of when the file was opened.
Result<bool> find_checksums(const Database& database);

// Makes the checksums of the rows of `table` that meet `condition` (SQL; empty: all), in a
// transaction of the caller's. Those they had are replaced.
Status seal(const Database& database, Sealed table, std::string_view condition);
Status seal(const Database& database, Sealed table, std::int64_t id);
// Of all rows of all tables.
Status seal_all(const Database& database);

// The same, in a transaction, if the file has none: a user accepted what it holds.
Status seal_if_removed(const Database& database);

// For a SELECT from the table: what to add behind FROM ("" without checksums), and expressions that
// are 1 if the row is as it was stored.
std::string checksum_join(const Database& database, Sealed table);
std::string scalars_whole(const Database& database, Sealed table);
std::string body_whole(const Database& database, Sealed table);

// Before rows are changed in place and sealed again: error (runtime) if one that meets `condition`
// is not as it was stored.
Status check_rows(const Database& database, Sealed table, const std::string& condition);

// Error (runtime): not as many rows as were stored. `parent`: the run of cells and plan_cells, the
// cell of replicates, else 0.
Status check_count(const Database& database, Sealed table, std::int64_t parent, std::size_t found);
// The same for the replicates of all cells of a run.
Status check_replicate_count(const Database& database, std::int64_t run);
// The same for a table that has no parent, by counting it.
Status check_count(const Database& database, Sealed table);

// The sentence about what is not as it was stored. `what`: "run 3", "the row of cell a".
Error changed(const Database& database, std::string_view what);

// All that `run` consists of, read and compared, for a reader that does not compare: the Python
// package of the report. Documents and history of the file, too.
Status check_run_content(const Database& database, std::int64_t run);

// Reads within one state of the file, whatever another process commits meanwhile.
class Snapshot {
 public:
  explicit Snapshot(const Database& database);
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  ~Snapshot();

 private:
  const Database& database_;
};

}  // namespace pmembench
