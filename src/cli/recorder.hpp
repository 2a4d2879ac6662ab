// Recorder: takes what a run measures to the store, and keeps it for the closing table.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "cli/progress_line.hpp"
#include "results/make_row.hpp"
#include "results/store.hpp"
#include "run/run_observer.hpp"

namespace pmembench {

// One run's. Used by the thread that runs it. Every replicate is stored at once. The row of its
// cell, which is computed from all its replicates, follows within a second or so: computing and
// storing it each time would cost more the more replicates there are.
class Recorder final : public RunObserver {
 public:
  // All of them outlive it.
  Recorder(Store& store, std::int64_t run, const Plan& plan, const Clock& clock, ProgressLine& line)
      : store_(store), run_(run), plan_(plan), clock_(clock), line_(line) {
    context_.confidence = plan.settings.confidence;
    context_.precision = plan.settings.precision;
  }

  // Resume: what the store has of this run.
  void adopt(std::map<std::string, std::vector<Replicate>> replicates) {
    replicates_ = std::move(replicates);
  }
  void progress(const Progress& progress) override { line_.show(progress); }
  Status replicate(const Cell& cell, const Replicate& replicate) override;
  Status failure(const Cell& cell, const Error& error) override;
  // Stored like a failure, and not printed.
  Status failure_of_part(const Cell& cell, const Error& error) override;
  // The conditions of the run as a whole: every row of finish() warns of them.
  void set_run_warnings(std::vector<Warning> warnings) {
    context_.run_warnings = std::move(warnings);
  }
  // Brings the stored rows up to date: for a run that ends early.
  Status store_rows();
  // Rows of the cells that never ran; and all rows again now that the harness's floor is known, and
  // that what contradicts another row has failed.
  Status finish();
  [[nodiscard]] std::vector<Row> rows() const;
  // Cells with a result; and those that can run and were not begun.
  [[nodiscard]] std::size_t measured() const;
  [[nodiscard]] std::size_t unmeasured() const;
  // Cells with fewer replicates than the plan's minimum, but some.
  [[nodiscard]] std::size_t begun() const;
  // Cells that finish() failed because they contradict others.
  [[nodiscard]] std::size_t contradicted() const { return contradicted_; }

 private:
  Row row_of(const Cell& cell) const;

  Store& store_;
  std::int64_t run_;
  const Plan& plan_;
  const Clock& clock_;
  ProgressLine& line_;
  RowContext context_;
  std::map<std::string, std::vector<Replicate>> replicates_;
  std::map<std::string, std::string> failures_;
  std::set<std::string> stored_;  // cells that have a row in the store
  std::set<std::string> behind_;  // cells whose stored row lacks replicates
  std::uint64_t rows_due_ns_ = 0;
  std::size_t contradicted_ = 0;
};

}  // namespace pmembench
