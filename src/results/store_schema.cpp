#include "results/store_schema.hpp"

#include <fmt/core.h>

#include <array>

#include "record/row_columns.hpp"

namespace pmembench {

// Seeds use all of 64 bits and SQLite's integers are signed, hence text. A REAL that is NULL was
// not a finite number or was not measured.
std::string_view schema_1_sql() {
  return R"sql(
CREATE TABLE runs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  started_utc TEXT NOT NULL,
  finished_utc TEXT,
  status TEXT NOT NULL CHECK (status IN ('running', 'done', 'interrupted', 'failed')),
  campaign TEXT NOT NULL,
  plan_fingerprint TEXT NOT NULL,
  machine_fingerprint TEXT NOT NULL,
  version TEXT NOT NULL,
  command_line TEXT NOT NULL,
  seed TEXT NOT NULL,
  environment TEXT NOT NULL,
  plan TEXT NOT NULL
) STRICT;
CREATE INDEX runs_by_plan ON runs (plan_fingerprint, machine_fingerprint);

CREATE TABLE plan_cells (
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  cell TEXT NOT NULL,
  position INTEGER NOT NULL,
  PRIMARY KEY (run_id, cell)
) STRICT, WITHOUT ROWID;

CREATE TABLE cells (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  position INTEGER,
  cell TEXT NOT NULL,
  media TEXT NOT NULL,
  backend TEXT NOT NULL,
  path TEXT NOT NULL,
  workload TEXT NOT NULL,
  threads INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('ok', 'skipped', 'error')),
  reason TEXT NOT NULL,
  claim TEXT NOT NULL CHECK (claim IN ('durable', 'emulated', 'volatile')),
  operations INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  ns_per_operation REAL,
  ns_per_operation_low REAL,
  ns_per_operation_high REAL,
  operations_per_s REAL,
  bytes_per_s REAL,
  latency_mode TEXT,
  latency_p50_ns REAL,
  latency_p99_ns REAL,
  floor_ns REAL,
  replicates INTEGER NOT NULL,
  slices INTEGER NOT NULL,
  converged INTEGER NOT NULL CHECK (converged IN (0, 1)),
  disturbed_share REAL,
  row TEXT NOT NULL,
  UNIQUE (run_id, cell)
) STRICT;
CREATE INDEX cells_by_name ON cells (cell, run_id);

CREATE TABLE replicates (
  id INTEGER PRIMARY KEY,
  cell_id INTEGER NOT NULL REFERENCES cells (id) ON DELETE CASCADE,
  replicate INTEGER NOT NULL,
  seed TEXT NOT NULL,
  operations INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  median_ns_per_operation REAL,
  floor_ns REAL,
  lag1 REAL,
  disturbed INTEGER NOT NULL,
  involuntary_switches INTEGER NOT NULL,
  steal_share REAL,
  ns_per_tick REAL,
  slice_ns_per_operation TEXT NOT NULL,
  slice_disturbed TEXT NOT NULL,
  medium TEXT NOT NULL,
  details TEXT NOT NULL,
  UNIQUE (cell_id, replicate)
) STRICT;

CREATE TABLE histograms (
  replicate_id INTEGER PRIMARY KEY REFERENCES replicates (id) ON DELETE CASCADE,
  n INTEGER NOT NULL,
  buckets BLOB NOT NULL
) STRICT;

CREATE VIEW results AS
  SELECT runs.started_utc, runs.status AS run_status, runs.campaign, runs.version,
         runs.machine_fingerprint, cells.*
  FROM cells JOIN runs ON runs.id = cells.run_id;

CREATE VIEW medians AS
  SELECT cells.run_id, cells.cell, replicates.replicate, replicates.median_ns_per_operation
  FROM replicates JOIN cells ON cells.id = replicates.cell_id;
)sql";
}

std::string_view migration_to_2_sql() {
  return R"sql(
CREATE TABLE documents (
  id INTEGER PRIMARY KEY,
  created_utc TEXT NOT NULL,
  kind TEXT NOT NULL,
  run_id INTEGER REFERENCES runs (id) ON DELETE CASCADE,
  verdict TEXT NOT NULL,
  document TEXT NOT NULL
) STRICT;
CREATE INDEX documents_by_run ON documents (run_id);

CREATE TABLE history_points (
  id INTEGER PRIMARY KEY,
  recorded_utc TEXT NOT NULL,
  cell TEXT NOT NULL,
  metric TEXT NOT NULL,
  machine_fingerprint TEXT NOT NULL,
  reference TEXT NOT NULL,
  label TEXT NOT NULL,
  ratio REAL NOT NULL CHECK (ratio > 0),
  low REAL,
  high REAL,
  replicates INTEGER NOT NULL,
  accepted INTEGER NOT NULL CHECK (accepted IN (0, 1)),
  reason TEXT NOT NULL,
  document_id INTEGER REFERENCES documents (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX history_by_series
  ON history_points (cell, metric, machine_fingerprint, reference, id);
)sql";
}

// The columns of `cells` that are queried are generated from the row's JSON, by the field table of
// record/members.hpp: a field is listed once.
std::string migration_to_3_sql() {
  std::string columns;
  for (const SqlColumn& column : sql_columns()) {
    if (column.name == "cell") continue;  // a separate column: it is unique in a run
    columns += fmt::format("  {} {} GENERATED ALWAYS AS (json_extract(row, '{}')) VIRTUAL,\n",
                           column.name, column.type, column.path);
  }
  return fmt::format(R"sql(
DROP VIEW results;
DROP VIEW medians;
DROP INDEX cells_by_name;
CREATE TABLE cells_3 (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  position INTEGER,
  cell TEXT NOT NULL,
  row TEXT NOT NULL,
{}  UNIQUE (run_id, cell)
) STRICT;
INSERT INTO cells_3 (id, run_id, position, cell, row)
  SELECT id, run_id, position, cell, row FROM cells;
DROP TABLE cells;
ALTER TABLE cells_3 RENAME TO cells;
CREATE INDEX cells_by_name ON cells (cell, run_id);
CREATE VIEW results AS
  SELECT runs.started_utc, runs.status AS run_status, runs.campaign, runs.version,
         runs.machine_fingerprint, cells.*
  FROM cells JOIN runs ON runs.id = cells.run_id;
CREATE VIEW medians AS
  SELECT cells.run_id, cells.cell, replicates.replicate, replicates.median_ns_per_operation
  FROM replicates JOIN cells ON cells.id = replicates.cell_id;
)sql",
                     columns);
}

// Parameters that many workloads have; the others are in the column `row`.
constexpr std::array<const char*, 12> kViewParameters{
    "access", "operation_size", "read_share", "order",      "durability", "range_size",
    "stride", "distribution",   "step",       "load_share", "pause",      "record_size"};

std::string rows_view_sql() {
  std::string parameters;
  for (const char* name : kViewParameters) {
    parameters += fmt::format("json_extract(cells.row, '$.parameters.{}') AS \"{}\", ", name, name);
  }
  std::string columns;
  for (const SqlColumn& column : sql_columns()) columns += fmt::format("cells.{}, ", column.name);
  return fmt::format(
      "CREATE VIEW v_rows AS SELECT cells.run_id, runs.started_utc, runs.campaign, runs.version, "
      "runs.machine_fingerprint, {}{}json_extract(cells.row, '$.latency_ns.mean') AS "
      "latency_mean_ns, json_extract(cells.row, '$.latency_ns.\"p99.9\"') AS latency_p999_ns, "
      "json_extract(cells.row, '$.medium.kind') AS medium_kind, json_extract(cells.row, "
      "'$.medium.page_bytes') AS page_bytes, json_extract(cells.row, '$.source') AS source FROM "
      "cells JOIN runs ON runs.id = cells.run_id",
      columns, parameters);
}

}  // namespace pmembench
