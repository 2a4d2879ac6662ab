// Recorder: takes what a run measures to the store, and keeps it for the closing table.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/progress_line.hpp"
#include "platform/cpu.hpp"
#include "results/make_row.hpp"
#include "results/store.hpp"
#include "run/run_observer.hpp"

namespace pmembench {

// One run's. Used by the thread that runs it.
class Recorder final : public RunObserver {
 public:
  Recorder(Store& store, std::int64_t run, const Plan& plan, ProgressLine& line)
      : store_(store), run_(run), plan_(plan), line_(line) {
    context_.confidence = plan.settings.confidence;
    context_.precision = plan.settings.precision;
    context_.last_level_cache_bytes = last_level_cache_bytes(read_cpu("/"));
  }

  // Resume: what the store has of this run.
  void adopt(std::map<std::string, std::vector<Replicate>> replicates) {
    replicates_ = std::move(replicates);
  }
  void progress(const Progress& progress) override { line_.show(progress); }
  Status replicate(const Cell& cell, const Replicate& replicate) override;
  Status failure(const Cell& cell, const Error& error) override;
  // What stood around the run as a whole: every row of finish() warns of it.
  void set_run_warnings(std::vector<Warning> warnings) {
    context_.run_warnings = std::move(warnings);
  }
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
  ProgressLine& line_;
  RowContext context_;
  std::map<std::string, std::vector<Replicate>> replicates_;
  std::map<std::string, std::string> failures_;
  std::size_t contradicted_ = 0;
};

}  // namespace pmembench
