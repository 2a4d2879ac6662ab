#include "results/stored_derived.hpp"

#include <nlohmann/json.hpp>
#include <optional>

#include "base/at_once.hpp"

namespace pmembench {
namespace {

constexpr const char* kDerivedKind = "derived";

Result<Derived> derive_stored(const Store& store, const RunRecord& record,
                              const std::vector<Row>& rows, FiguresByCell figures) {
  for (const Row& row : rows) {
    if (row.status != "ok" || !derives_from_distribution(row)) continue;
    const auto whole = store.replicates(record.id, row.cell);
    if (!whole) return whole.error();
    figures[row.cell] = figures_of(*whole);
  }
  return derive(rows, figures, derive_context(record.plan.json()));
}

// Rows and figures are each about half of the time of a large run: read by two connections at once.
Result<RunResults> read_and_derive(const Store& store, const RunRecord& record) {
  const auto read_figures = [&]() -> Result<FiguresByCell> {
    const auto reader = store.another_reader();
    if (!reader) return reader.error();
    return reader->figures(record.id);
  };
  auto [rows, figures] = at_once([&] { return store.rows(record.id); }, read_figures);
  if (!rows) return rows.error();
  if (!figures) return figures.error();
  auto derived = derive_stored(store, record, *rows, *std::move(figures));
  if (!derived) return derived.error();
  return RunResults{*std::move(rows), *std::move(derived)};
}

// Nothing where the run has none that this pmembench reads.
Result<std::optional<Derived>> kept_derived(const Store& store, const RunRecord& record) {
  if (record.status == "running") return std::optional<Derived>();
  const auto documents = store.documents(kDerivedKind, record.id);
  if (!documents) return documents.error();
  if (documents->empty()) return std::optional<Derived>();
  auto derived = derived_from_json(documents->back().document.json());
  if (!derived) return std::optional<Derived>();
  return std::optional<Derived>(*std::move(derived));
}

}  // namespace

Result<Derived> derived_of(const Store& store, const RunRecord& record) {
  auto kept = kept_derived(store, record);
  if (!kept) return kept.error();
  if (*kept) return **std::move(kept);
  auto results = read_and_derive(store, record);
  if (!results) return results.error();
  return std::move(results->derived);
}

Result<RunResults> results_of(const Store& store, const RunRecord& record) {
  auto kept = kept_derived(store, record);
  if (!kept) return kept.error();
  if (!*kept) return read_and_derive(store, record);
  auto rows = store.rows(record.id);
  if (!rows) return rows.error();
  return RunResults{*std::move(rows), **std::move(kept)};
}

Status save_derived(Store& store, std::int64_t run) {
  const auto record = store.run(run);
  if (!record) return record.error();
  const auto results = read_and_derive(store, *record);
  if (!results) return results.error();
  const Derived& derived = results->derived;
  const nlohmann::json numa = numa_json(derived.matrices, derived.interleave);
  if (!numa.is_null()) {
    const auto kept = store.replace_document({0, "", "numa", run, "", numa});
    if (!kept) return kept.error();
  }
  const auto saved = store.replace_document({0, "", kDerivedKind, run, "", derived_json(derived)});
  return saved ? Status{} : Status{saved.error()};
}

}  // namespace pmembench
