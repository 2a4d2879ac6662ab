// A row as columns: of CSV and of SQL, made of the field table (record/members.hpp).
#pragma once

#include <string>
#include <vector>

#include "record/row.hpp"

namespace pmembench {

struct RowField {
  std::string name, unit, doc;
};
// The fields of a row in their order, for documents.
[[nodiscard]] std::vector<RowField> row_fields();

struct CsvColumn {
  std::string name, text;
};
// One line of CSV, unquoted: what is not known is empty. Every row has the same columns.
[[nodiscard]] std::vector<CsvColumn> csv_columns(const Row& row);

struct SqlColumn {
  std::string name;
  const char* type;  // "TEXT", "INTEGER", "REAL"
  std::string path;  // in the row's JSON, for SQLite's json_extract
};
// The scalar columns that SQL users want; the rest is in the JSON.
[[nodiscard]] std::vector<SqlColumn> sql_columns();

}  // namespace pmembench
