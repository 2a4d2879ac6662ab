// Replicates and histograms as rows of their tables.
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/plain_text.hpp"
#include "record/codec.hpp"
#include "results/store_checksums.hpp"
#include "results/store_impl.hpp"

namespace pmembench {
namespace {

constexpr std::string_view kSaveReplicate = R"sql(
INSERT INTO replicates (cell_id, replicate, seed, operations, bytes,
  median_ns_per_operation, floor_ns, lag1, disturbed, involuntary_switches, steal_share,
  ns_per_tick, slice_ns_per_operation, slice_disturbed, medium, details)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id
)sql";

constexpr std::string_view kLoadReplicates = R"sql(
SELECT replicate, seed, replicates.operations, replicates.bytes, median_ns_per_operation,
  replicates.floor_ns, lag1, disturbed, involuntary_switches, steal_share, ns_per_tick,
  slice_ns_per_operation, slice_disturbed, medium, details, buckets, {} AND {}
FROM replicates LEFT JOIN histograms ON histograms.replicate_id = replicates.id{}
WHERE replicates.cell_id = ? ORDER BY replicate
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
        replicate.index, without_library(failure.what()));
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

// The id of a cell; nothing if there is none.
Result<std::optional<std::int64_t>> cell_id(const Database& database, std::int64_t run,
                                            const std::string& cell) {
  Statement find(
      database,
      fmt::format("SELECT cells.id, {} FROM cells{} WHERE cells.run_id = ? AND "
                  "cells.cell = ?",
                  scalars_whole(database, Sealed::cells), checksum_join(database, Sealed::cells)),
      "find a cell");
  const Result<bool> found = find.bind(run).bind(cell).step();
  if (!found) return found.error();
  const auto what = [&] { return fmt::format("cell {} of run {}", cell, run); };
  if (*found && find.integer(1) == 0) return changed(database, what());
  if (*found) return std::optional(find.integer(0));
  if (!database.has_checksums()) return std::optional<std::int64_t>();
  // An index that is damaged does not find what its table has.
  Statement scan(database, "SELECT 1 FROM cells NOT INDEXED WHERE run_id = ? AND cell = ?",
                 "find a cell");
  const Result<bool> there = scan.bind(run).bind(cell).step();
  if (!there) return there.error();
  if (*there) return changed(database, "the index of " + what());
  return std::optional<std::int64_t>();
}

// A replicate of the same index goes, and its histogram and checksum with it.
Status remove_replicate(const Database& database, std::int64_t cell_id, unsigned index) {
  Statement remove(database, "DELETE FROM replicates WHERE cell_id = ? AND replicate = ?",
                   "replace a replicate");
  return remove.bind(cell_id).bind(std::int64_t{index}).run();
}

}  // namespace

Status save_replicate(const Database& database, std::int64_t cell_id, const Replicate& replicate) {
  const Status removed = remove_replicate(database, cell_id, replicate.index);
  if (!removed) return removed;
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
  const std::int64_t id = save.integer(0);
  if (replicate.histogram) {
    Statement histogram(database, "INSERT INTO histograms VALUES (?, ?, ?)", "store a histogram");
    const Status stored = histogram.bind(id)
                              .bind(static_cast<std::int64_t>(replicate.histogram->count()))
                              .bind_blob(encode_histogram(*replicate.histogram))
                              .run();
    if (!stored) return stored;
  }
  return seal(database, Sealed::replicates, id);
}

Result<std::vector<Replicate>> load_replicates(const Database& database, std::int64_t run,
                                               const std::string& cell) {
  const Snapshot snapshot(database);
  const auto id = cell_id(database, run, cell);
  if (!id) return id.error();
  std::vector<Replicate> replicates;
  if (!*id) return replicates;
  Statement select(database,
                   fmt::format(kLoadReplicates, scalars_whole(database, Sealed::replicates),
                               body_whole(database, Sealed::replicates),
                               checksum_join(database, Sealed::replicates)),
                   "read the replicates of a cell");
  select.bind(**id);
  for (;;) {
    const Result<bool> row = select.step();
    if (!row) return row.error();
    if (!*row) break;
    if (select.integer(16) == 0) {
      return changed(
          database, fmt::format("replicate {} of cell {} of run {}", select.integer(0), cell, run));
    }
    Result<Replicate> replicate = replicate_at(select);
    if (!replicate) {
      return replicate.error().with_context(
          fmt::format("{}, run {}, cell {}", database.name(), run, cell));
    }
    replicate->cell = cell;
    replicates.push_back(std::move(*replicate));
  }
  const Status all = check_count(database, Sealed::replicates, **id, replicates.size());
  if (!all) return all.error();
  return replicates;
}

namespace {

using EstimatesByCell = std::map<std::string, std::vector<double>>;

// Read from the rows, not from the columns that are generated from them: what those are is a text
// in the file that has no checksum.
Status add_estimates(const Database& database, std::int64_t run, EstimatesByCell& estimates) {
  Statement select(
      database,
      fmt::format("SELECT cells.cell, json_extract(cells.row, '$.ns_per_operation.estimate'), "
                  "json_extract(cells.row, '$.status') = 'ok', {} AND {} FROM cells{} WHERE "
                  "cells.run_id = ?",
                  scalars_whole(database, Sealed::cells), body_whole(database, Sealed::cells),
                  checksum_join(database, Sealed::cells)),
      "read the runs of one build");
  select.bind(run);
  std::size_t found = 0;
  for (;; ++found) {
    const Result<bool> row = select.step();
    if (!row) return row.error();
    if (!*row) break;
    if (select.integer(3) == 0) {
      return changed(database, fmt::format("the row of cell {} of run {}", select.text(0), run));
    }
    if (select.integer(2) != 0) estimates[select.text(0)].push_back(select.real(1));
  }
  return check_count(database, Sealed::cells, run, found);
}

}  // namespace

Result<FiguresByCell> Store::figures(std::int64_t run) const {
  const Database& database = impl_->database;
  const Snapshot snapshot(database);
  Statement select(
      database,
      fmt::format("SELECT cells.cell, replicate, median_ns_per_operation, involuntary_switches, "
                  "steal_share, {}, replicates.operations, replicates.bytes, ns_per_tick FROM "
                  "cells JOIN replicates ON "
                  "replicates.cell_id = cells.id{} "
                  "WHERE cells.run_id = ? ORDER BY cells.cell, replicate",
                  scalars_whole(database, Sealed::replicates),
                  checksum_join(database, Sealed::replicates)),
      "read the figures of a run");
  select.bind(run);
  FiguresByCell figures;
  auto cell = figures.end();  // of the row before: rows of one cell come one after the other
  for (;;) {
    const Result<bool> row = select.step();
    if (!row) return row.error();
    if (!*row) break;
    const std::string name = select.text(0);
    if (cell == figures.end() || cell->first != name) cell = figures.try_emplace(name).first;
    ReplicateFigures one;
    one.index = static_cast<unsigned>(select.integer(1));
    if (select.integer(5) == 0) {
      return changed(database,
                     fmt::format("replicate {} of cell {} of run {}", one.index, name, run));
    }
    one.median_ns_per_operation = select.real(2);
    one.involuntary_switches = unsigned_at(select, 3);
    one.steal_share = select.real(4);
    one.operations = unsigned_at(select, 6);
    one.bytes = unsigned_at(select, 7);
    one.ns_per_tick = select.real(8);
    cell->second.push_back(one);
  }
  const Status all = check_replicate_count(database, run);
  if (!all) return all.error();
  return figures;
}

Result<std::map<std::string, std::vector<double>>> Store::sibling_estimates(
    std::int64_t base, std::optional<std::int64_t> without) const {
  std::map<std::string, std::vector<double>> estimates;
  const Snapshot snapshot(impl_->database);
  const auto all = runs();
  if (!all) return all.error();
  const auto wanted =
      std::find_if(all->begin(), all->end(), [&](const RunRecord& one) { return one.id == base; });
  if (wanted == all->end()) return estimates;
  for (const RunRecord& one : *all) {
    const bool sibling = one.plan_fingerprint == wanted->plan_fingerprint &&
                         one.machine_fingerprint == wanted->machine_fingerprint &&
                         one.version == wanted->version && one.status == "done";
    if (!sibling || one.id == without.value_or(-1)) continue;
    const Status added = add_estimates(impl_->database, one.id, estimates);
    if (!added) return added.error();
  }
  return estimates;
}

}  // namespace pmembench
