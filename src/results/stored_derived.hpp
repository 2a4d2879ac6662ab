// The document `derived` of a stored run.
#pragma once

#include <vector>

#include "base/result.hpp"
#include "results/derive.hpp"
#include "results/store.hpp"

namespace pmembench {

// As it is stored; derived now, and not stored, where the run has none that this pmembench reads
// (it has not ended, or an older one wrote it). `record` with its plan, as Store::run gives it.
Result<Derived> derived_of(const Store& store, const RunRecord& record);
// The same with the run's rows.
struct RunResults {
  std::vector<Row> rows;  // in the order of the plan
  Derived derived;
};
Result<RunResults> results_of(const Store& store, const RunRecord& record);

// Derives it again, stores it in place of what the run has, and stores the document `numa` with it
// if cells were placed by nodes. When a run ends, before finish_run.
Status save_derived(Store& store, std::int64_t run);

}  // namespace pmembench
