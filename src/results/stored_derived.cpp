#include "results/stored_derived.hpp"

#include <nlohmann/json.hpp>

namespace pmembench {
namespace {

constexpr const char* kDerivedKind = "derived";

Result<Derived> derive_stored(const Store& store, const RunRecord& record) {
  const auto rows = store.rows(record.id);
  if (!rows) return rows.error();
  ReplicatesByCell replicates;
  for (const Row& row : *rows) {
    if (row.status != "ok") continue;
    auto found = store.replicates(record.id, row.cell);
    if (!found) return found.error();
    replicates[row.cell] = *std::move(found);
  }
  return derive(*rows, replicates, derive_context(record.plan.json()));
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
