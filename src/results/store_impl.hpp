// What the parts of Store share. For src/results only.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "record/codec.hpp"
#include "results/database.hpp"
#include "results/run_claim.hpp"
#include "results/store.hpp"

namespace pmembench {

struct Store::Impl {
  std::map<std::int64_t, RunClaim> claims;  // of the runs that are measured; go after the database
  Database database;
};

// Error (usage) where the file has no such run: names those it has.
Status check_run(const Database& database, std::int64_t run);

// A file of an older version, opened for reading, lacks some.
Result<bool> has_table(const Database& database, std::string_view table);

// The id of the new row; within a transaction of the caller's.
Result<std::int64_t> insert_document(const Database& database, const DocumentRecord& document);

// Replicate <-> the tables replicates and histograms. `cell_id`: of the table cells.
Status save_replicate(const Database& database, std::int64_t cell_id, const Replicate& replicate);
Result<std::vector<Replicate>> load_replicates(const Database& database, std::int64_t run,
                                               const std::string& cell);

// Buckets as pairs of LEB128 numbers: the index's distance from the one before (the first: from 0),
// and the count.
std::vector<std::uint8_t> encode_histogram(const Histogram& histogram);
Result<Histogram> decode_histogram(const std::vector<std::uint8_t>& bytes);

}  // namespace pmembench
