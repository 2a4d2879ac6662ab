#include "results/stored_derived.hpp"

#include <nlohmann/json.hpp>

namespace pmembench {
namespace {

constexpr const char* kDerivedKind = "derived";

Result<Derived> derive_stored(const Store& store, const RunRecord& record) {
  const auto rows = store.rows(record.id);
  if (!rows) return rows.error();
  auto figures = store.figures(record.id);
  if (!figures) return figures.error();
  for (const Row& row : *rows) {
    if (row.status != "ok" || !derives_from_distribution(row)) continue;
    const auto whole = store.replicates(record.id, row.cell);
    if (!whole) return whole.error();
    (*figures)[row.cell] = figures_of(*whole);
  }
  return derive(*rows, *figures, derive_context(record.plan.json()));
}

}  // namespace

Result<Derived> derived_of(const Store& store, const RunRecord& record) {
  if (record.status != "running") {
    const auto documents = store.documents(kDerivedKind, record.id);
    if (!documents) return documents.error();
    if (!documents->empty()) {
      auto derived = derived_from_json(documents->back().document.json());
      if (derived) return derived;
    }
  }
  return derive_stored(store, record);
}

Status save_derived(Store& store, std::int64_t run) {
  const auto record = store.run(run);
  if (!record) return record.error();
  const auto derived = derive_stored(store, *record);
  if (!derived) return derived.error();
  const nlohmann::json numa = numa_json(derived->matrices, derived->interleave);
  if (!numa.is_null()) {
    const auto kept = store.replace_document({0, "", "numa", run, "", numa});
    if (!kept) return kept.error();
  }
  const auto saved = store.replace_document({0, "", kDerivedKind, run, "", derived_json(*derived)});
  return saved ? Status{} : Status{saved.error()};
}

}  // namespace pmembench
