// Two runs that were stored at different times, compared: a suspicion at most.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "results/comparison.hpp"
#include "results/store.hpp"

namespace pmembench {

// One cell of a stored run: the median of each of its replicates.
struct StoredCell {
  std::string cell;
  std::string status;  // "ok", "skipped", "unmeasured", "error"
  std::string reason;
  std::map<unsigned, double> median_ns;  // by the replicate's index
  unsigned slices = 0;                   // of a replicate
  std::string unaudited{};               // the row's warning of that type
  std::string imported{};                // the tool that it was imported from; empty: measured here
  unsigned same_name = 1;  // cells of this run that had its name; the second is "NAME #2"
};

// One side of a comparison, from wherever it was stored.
struct StoredRun {
  ComparisonSide side;
  std::string session;  // runs of one session were interleaved, replicate by replicate; "": alone
  Document environment;
  std::vector<StoredCell> cells;
  std::vector<LeftOut> left_out;  // entries that are not cells
};

struct CompareRules {
  GateRules gate;
  bool trust_stored = false;  // REGRESSION and IMPROVED instead of SUSPECT
  // By cell: the standard deviation of ln(time) between stored runs of one build on this machine.
  std::map<std::string, double> scatter;
};

// From the store; the latest run where no number is given. `label`: how the user named it.
Result<StoredRun> stored_run(const Store& store, std::optional<std::int64_t> run,
                             const std::string& label);

// From Google Benchmark's JSON, old and new: each repetition counts as a replicate, and every entry
// is a cell, part of one, or left out with a reason. A benchmark without a time (aggregates only,
// failed, skipped, no number) is a cell that says why. Refuses (usage) what is none, a list of
// names, and a file that holds aggregates only.
Result<StoredRun> gbench_run(const std::string& text, const std::string& label);

// From a file that import_bytes() takes: its cells are shown by compare_runs() and not judged.
Result<StoredRun> imported_run(const std::string& bytes, const std::string& label);

// How runs of the base's build scatter on its machine: those of its plan, machine and version, the
// head's run left out. Cells with fewer than three such runs are not in it.
Result<std::map<std::string, double>> stored_scatter(const Store& store, std::int64_t base,
                                                     std::optional<std::int64_t> head);

// Hodges-Lehmann shifts of the process medians (paired by index within one session) with their
// intervals, Benjamini-Hochberg over all cells. Cells of one side only are listed, and those that
// the base alone has are MISSING; so are those that failed, and those of a name that one side has
// more often. Cells skipped on both sides are left out. Machines that differ: UNTRUSTED.
[[nodiscard]] Comparison compare_runs(const StoredRun& base, const StoredRun& head,
                                      const CompareRules& rules);

}  // namespace pmembench
