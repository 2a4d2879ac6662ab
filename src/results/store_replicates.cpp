// Replicates and histograms as rows of their tables.
#include <charconv>
#include <nlohmann/json.hpp>

#include "record/codec.hpp"
#include "results/store_impl.hpp"

namespace pmembench {
namespace {

constexpr std::string_view kSaveReplicate = R"sql(
INSERT OR REPLACE INTO replicates (cell_id, replicate, seed, operations, bytes,
  median_ns_per_operation, floor_ns, lag1, disturbed, involuntary_switches, steal_share,
  ns_per_tick, slice_ns_per_operation, slice_disturbed, medium, details)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
)sql";

constexpr std::string_view kLoadReplicates = R"sql(
SELECT replicate, seed, replicates.operations, replicates.bytes, median_ns_per_operation,
  replicates.floor_ns, lag1, disturbed, involuntary_switches, steal_share, ns_per_tick,
  slice_ns_per_operation, slice_disturbed, medium, details, buckets
FROM replicates JOIN cells ON cells.id = replicates.cell_id
LEFT JOIN histograms ON histograms.replicate_id = replicates.id
WHERE cells.run_id = ? AND cells.cell = ? ORDER BY replicate
)sql";

std::uint64_t unsigned_at(const Statement& statement, int column) {
  return static_cast<std::uint64_t>(statement.integer(column));
}

std::string slices_text(const std::vector<double>& slices) {
  nlohmann::json array = nlohmann::json::array();
  for (const double slice : slices) {
    array.push_back(number_or_null(slice));
  }
  return json_text(array);
}

std::string flags_text(const std::vector<bool>& flags) {
  nlohmann::json array = nlohmann::json::array();
  for (const bool flag : flags) array.push_back(flag ? 1 : 0);
  return json_text(array);
}

Status read_slices(const Statement& row, Replicate& replicate) {
  try {
    for (const nlohmann::json& slice : nlohmann::json::parse(row.text(11))) {
      replicate.slice_ns_per_operation.push_back(number_from(slice));
    }
    for (const nlohmann::json& flag : nlohmann::json::parse(row.text(12))) {
      replicate.slice_disturbed.push_back(flag.get<int>() != 0);
    }
  } catch (const nlohmann::json::exception& failure) {
    return runtime_error(
        "the slices of replicate {} cannot be read ({}): the file was changed by "
        "another program; restore a copy",
        replicate.index, failure.what());
  }
  return {};
}

Result<Replicate> replicate_at(const Statement& row) {
  Replicate replicate;
  replicate.index = static_cast<unsigned>(row.integer(0));
  const std::string seed = row.text(1);
  std::from_chars(seed.data(), seed.data() + seed.size(), replicate.seed);
  replicate.operations = unsigned_at(row, 2);
  replicate.bytes = unsigned_at(row, 3);
  replicate.median_ns_per_operation = row.real(4);
  replicate.floor_ns = row.real(5);
  replicate.lag1 = row.real(6);
  replicate.disturbed = unsigned_at(row, 7);
  replicate.involuntary_switches = unsigned_at(row, 8);
  replicate.steal_share = row.real(9);
  replicate.ns_per_tick = row.real(10);
  const Status slices = read_slices(row, replicate);
  if (!slices) return slices.error();
  Result<MediumFacts> medium = medium_from_text(row.text(13));
  if (!medium) return medium.error();
  replicate.medium = *std::move(medium);
  Result<Details> details = details_from_text(row.text(14));
  if (!details) return details.error();
  replicate.details = *std::move(details);
  if (!row.is_null(15)) {
    Result<Histogram> histogram = decode_histogram(row.blob(15));
    if (!histogram) return histogram.error();
    replicate.histogram = std::move(*histogram);
  }
  return replicate;
}

}  // namespace

Status save_replicate(const Database& database, std::int64_t cell_id, const Replicate& replicate) {
  Statement save(database, kSaveReplicate, "store a replicate");
  const Result<bool> saved = save.bind(cell_id)
                                 .bind(std::int64_t{replicate.index})
                                 .bind(std::to_string(replicate.seed))
                                 .bind(static_cast<std::int64_t>(replicate.operations))
                                 .bind(static_cast<std::int64_t>(replicate.bytes))
                                 .bind_double(replicate.median_ns_per_operation)
                                 .bind_double(replicate.floor_ns)
                                 .bind_double(replicate.lag1)
                                 .bind(static_cast<std::int64_t>(replicate.disturbed))
                                 .bind(static_cast<std::int64_t>(replicate.involuntary_switches))
                                 .bind_double(replicate.steal_share)
                                 .bind_double(replicate.ns_per_tick)
                                 .bind(slices_text(replicate.slice_ns_per_operation))
                                 .bind(flags_text(replicate.slice_disturbed))
                                 .bind(json_text(to_json(replicate.medium)))
                                 .bind(json_text(to_json(replicate.details)))
                                 .step();
  if (!saved) return saved.error();
  if (!replicate.histogram) return {};
  Statement histogram(database, "INSERT INTO histograms VALUES (?, ?, ?)", "store a histogram");
  return histogram.bind(save.integer(0))
      .bind(static_cast<std::int64_t>(replicate.histogram->count()))
      .bind_blob(encode_histogram(*replicate.histogram))
      .run();
}

Result<std::vector<Replicate>> load_replicates(const Database& database, std::int64_t run,
                                               const std::string& cell) {
  Statement select(database, kLoadReplicates, "read the replicates of a cell");
  select.bind(run).bind(cell);
  std::vector<Replicate> replicates;
  for (;;) {
    const Result<bool> row = select.step();
    if (!row) return row.error();
    if (!*row) return replicates;
    Result<Replicate> replicate = replicate_at(select);
    if (!replicate) {
      return replicate.error().with_context(
          fmt::format("{}, run {}, cell {}", database.name(), run, cell));
    }
    replicate->cell = cell;
    replicates.push_back(std::move(*replicate));
  }
}

Result<std::map<std::string, std::map<unsigned, double>>> Store::medians(std::int64_t run) const {
  Statement select(impl_->database,
                   "SELECT cell, replicate, median_ns_per_operation FROM medians WHERE run_id = ?",
                   "read the medians of a run");
  select.bind(run);
  std::map<std::string, std::map<unsigned, double>> medians;
  for (;;) {
    const Result<bool> row = select.step();
    if (!row) return row.error();
    if (!*row) return medians;
    medians[select.text(0)][static_cast<unsigned>(select.integer(1))] = select.real(2);
  }
}

Result<FiguresByCell> Store::figures(std::int64_t run) const {
  Statement select(impl_->database,
                   "SELECT cells.cell, replicate, median_ns_per_operation, involuntary_switches, "
                   "steal_share FROM cells JOIN replicates ON replicates.cell_id = cells.id WHERE "
                   "cells.run_id = ? ORDER BY cells.id, replicate",
                   "read the figures of a run");
  select.bind(run);
  FiguresByCell figures;
  for (;;) {
    const Result<bool> row = select.step();
    if (!row) return row.error();
    if (!*row) return figures;
    ReplicateFigures one;
    one.index = static_cast<unsigned>(select.integer(1));
    one.median_ns_per_operation = select.real(2);
    one.involuntary_switches = unsigned_at(select, 3);
    one.steal_share = select.real(4);
    figures[select.text(0)].push_back(one);
  }
}

Result<std::map<std::string, std::vector<double>>> Store::sibling_estimates(
    std::int64_t base, std::optional<std::int64_t> without) const {
  Statement select(impl_->database,
                   "SELECT cells.cell, cells.ns_per_operation FROM runs AS wanted JOIN runs USING "
                   "(plan_fingerprint, machine_fingerprint, version) JOIN cells ON cells.run_id = "
                   "runs.id WHERE wanted.id = ?1 AND runs.status = 'done' AND runs.id <> ?2 AND "
                   "cells.status = 'ok'",
                   "read the runs of one build");
  select.bind(base).bind(without.value_or(-1));
  std::map<std::string, std::vector<double>> estimates;
  for (;;) {
    const Result<bool> row = select.step();
    if (!row) return row.error();
    if (!*row) return estimates;
    estimates[select.text(0)].push_back(select.real(1));
  }
}

}  // namespace pmembench
