// The schema of the results file: its tables, and how a file is recognised as one. For src/results.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pmembench {

// "pmb1", in the header of the file: `file` and SQLite's own tools show it.
constexpr std::int32_t kApplicationId = 0x706D6231;
// Files from this version on are read as they are, and migrated when they are written to.
constexpr int kOldestSchemaVersion = 1;
// Grows when a table changes; docs/schema.md describes this one.
constexpr int kSchemaVersion = 4;

// Tables, views and indexes of version 1, to which the migrations are added.
std::string_view schema_1_sql();

// What version 2 added: run once on a file of version 1, which then is one of version 2.
std::string_view migration_to_2_sql();

// What version 3 changed: the queried columns of `cells` are generated from its `row`. Foreign keys
// must be off: it makes the table again.
std::string migration_to_3_sql();

// Version 4 added checksums (store_checksums.hpp).

// The view v_rows: rows with the parameters that many workloads have, so that one SELECT is a flat
// table. It is made again when it differs from this, whichever version made the file.
std::string rows_view_sql();

}  // namespace pmembench
