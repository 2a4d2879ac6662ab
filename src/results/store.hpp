// Store: one SQLite file that holds every run. Schema: docs/schema.md.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "record/document.hpp"
#include "record/replicate.hpp"
#include "record/row.hpp"
#include "results/history.hpp"
#include "results/replicate_figures.hpp"

namespace pmembench {

// The outcome of a cell, without its figures.
struct CellState {
  std::string cell, status, reason, source;  // as in its row
  std::uint64_t slices = 0;                  // of all replicates
  unsigned replicates = 0;
  std::vector<Warning> warnings;
};

struct RunRecord {
  std::int64_t id = 0;       // given by the store
  std::string started_utc;   // ISO 8601
  std::string finished_utc;  // empty: not finished
  std::string status;        // "running", "done", "interrupted", "failed"
  std::string campaign;      // its name
  std::string plan_fingerprint;
  std::string machine_fingerprint;
  std::string version;  // of pmembench
  std::string command_line;
  std::uint64_t seed = 0;
  Document environment;  // what `probe` found
  Document plan;         // cells and settings
};

// A comparison or self-test, kept whole.
struct DocumentRecord {
  std::int64_t id = 0;      // given by the store
  std::string created_utc;  // empty: the store's clock
  std::string kind;         // "compare", "gate", "self-test", "crash", "audit", "derived", ...
  std::optional<std::int64_t> run_id;
  std::string verdict;
  Document document;
};

// Which points of the history; empty: all.
struct HistoryFilter {
  std::string cell, metric, machine_fingerprint, reference;
};

// Not thread-safe; several processes may use one file at once (WAL, busy timeout 10 s).
class Store {
 public:
  enum class Mode { read, write };
  static constexpr int kBusyTimeoutMs = 10'000;
  // Makes the file and schema in Mode::write, and brings an older schema to the present one; in
  // Mode::read an older file is read as it is. One sentence each: not a SQLite file, of another
  // program, corrupt, of a newer schema (names both versions), read-only folder, missing file
  // (read), missing folder, a folder, full disk, locked for `busy_timeout_ms`.
  static Result<Store> open(const std::string& path, Mode mode,
                            int busy_timeout_ms = kBusyTimeoutMs);
  // Another connection to the file, for reading by another thread.
  [[nodiscard]] Result<Store> another_reader() const;
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  Result<std::int64_t> begin_run(const RunRecord& run);
  // The cell's present row, and (if there is one) the replicate that changed it: one transaction. A
  // row of the same cell is replaced, and so is a replicate of the same index. After an error
  // nothing of it is stored.
  Status save(std::int64_t run, const Row& row, const Replicate* replicate);
  // A replicate of a cell whose row is stored already; the row stays as it is.
  Status save(std::int64_t run, const std::string& cell, const Replicate& replicate);
  // Many rows at once: all of them or none.
  Status save(std::int64_t run, const std::vector<Row>& rows);
  Status finish_run(std::int64_t run, const std::string& status);
  // Sets a run to running again (resume). Refuses (usage) one that another process is measuring.
  Status reopen_run(std::int64_t run);

  Result<std::vector<RunRecord>> runs() const;  // oldest first, without plan and environment
  Result<RunRecord> run(std::optional<std::int64_t> id) const;  // latest where none is given
  // In the order of the plan, one at a time; after an error nothing of them counts.
  Status each_row(std::int64_t run, const std::function<void(Row&&)>& take) const;
  Result<std::vector<Row>> rows(std::int64_t run) const;
  // What a comparison needs of each row, likewise: much less than the rows.
  Status each_state(std::int64_t run, const std::function<void(CellState&&)>& take) const;
  Result<std::vector<Replicate>> replicates(std::int64_t run, const std::string& cell) const;
  // False: nothing that is read of this file can be compared with what was stored.
  [[nodiscard]] bool has_checksums() const;
  // All that a run consists of, documents and history are as they were stored: for a reader that
  // does not look at the checksums itself. What this class returns, it has compared.
  [[nodiscard]] Status check_content(std::int64_t run) const;
  // The newest run of this plan on this machine that is not "done".
  Result<std::optional<RunRecord>> unfinished(const std::string& plan_fingerprint,
                                              const std::string& machine_fingerprint) const;

  // Of all cells of a run at once, in the order of the replicates: without what their histograms
  // and details would add.
  Result<FiguresByCell> figures(std::int64_t run) const;
  // By cell: the times per operation of the finished runs of `base`'s plan, machine and version,
  // its own included and that of `without` left out.
  Result<std::map<std::string, std::vector<double>>> sibling_estimates(
      std::int64_t base, std::optional<std::int64_t> without) const;

  // The document's id.
  Result<std::int64_t> save_document(const DocumentRecord& document);
  // The same, in place of all documents of its kind that its run has.
  Result<std::int64_t> replace_document(const DocumentRecord& document);
  // Oldest first; of one kind, or of all where none is given; of one run, or of any.
  Result<std::vector<DocumentRecord>> documents(const std::string& kind = "",
                                                std::optional<std::int64_t> run = {}) const;

  // All of them or none, and their document (where there is one) with them.
  Status add_history(const std::vector<HistoryPoint>& points, const DocumentRecord* document);
  // Oldest first.
  Result<std::vector<HistoryPoint>> history(const HistoryFilter& filter = {}) const;
  // Makes the newest point of each cell and metric that `filter` meets the start of a new level.
  // Returns how many; refuses (usage) an empty reason, and a filter that meets none.
  Result<std::size_t> accept_baseline(const HistoryFilter& filter, const std::string& reason);

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pmembench
