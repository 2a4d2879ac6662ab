// What an importer makes of another tool's file: rows with the claim "imported", and their source.
#pragma once

#include <string>
#include <vector>

#include "record/replicate.hpp"
#include "record/row.hpp"

namespace pmembench {

struct ImportedRow {
  Row row;
  std::vector<Replicate> replicates;  // what the source measured more than once, or a histogram
};

struct ImportedFile {
  std::string format;       // name of the importer: "fio"
  std::string source;       // tool and version: "fio-3.33"
  std::string started_utc;  // as in the file; empty: unknown
  std::string host;         // its name; empty: unknown
  std::vector<ImportedRow> rows;
  std::vector<std::string> notes;  // what was not taken, and why: one sentence each
};

// Of all files that are imported: no document that a benchmark writes is larger.
inline constexpr std::size_t kLargestImportBytes = std::size_t{64} << 20;

// A row of that cell, imported from `source`, measured by nothing that pmembench checked.
[[nodiscard]] ImportedRow imported_row(std::string cell, const std::string& source);

// Sets rate, time an operation (its inverse) and, where it is above zero, bandwidth; none has an
// interval.
void set_rates(double operations_per_s, double bytes_per_s, Row& row);
void set_time(double ns_per_operation, Row& row);
void set_bandwidth(double bytes_per_s, Row& row);

// Names of cells are unique in a run: a second "a" becomes "a #2".
void make_names_unique(ImportedFile& file);

// Replicates from times of one operation, one each; and the row's estimate over them, which has an
// interval from six on.
void set_replicates(const std::vector<double>& ns_per_operation, const std::string& harness,
                    ImportedRow& imported);

}  // namespace pmembench
