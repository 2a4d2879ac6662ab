// The schema of the results file: its tables, and how a file is told to be ours. For src/results.
#pragma once

#include <cstdint>
#include <string_view>

namespace pmembench {

// "pmb1", in the header of the file: `file` and SQLite's own tools show it.
constexpr std::int32_t kApplicationId = 0x706D6231;
// Grows when a table changes; docs/schema.md describes this one.
constexpr int kSchemaVersion = 1;

// Tables, views and indexes of kSchemaVersion.
std::string_view schema_sql();

}  // namespace pmembench
