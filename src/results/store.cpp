#include "results/store.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "results/store_checksums.hpp"
#include "results/store_impl.hpp"
#include "results/store_open.hpp"

namespace pmembench {
namespace {

constexpr std::string_view kNowUtc = "strftime('%Y-%m-%dT%H:%M:%SZ', 'now')";
constexpr std::string_view kRunColumns =
    "runs.id, started_utc, finished_utc, status, campaign, plan_fingerprint, machine_fingerprint, "
    "version, command_line, seed";

std::uint64_t number_of(const std::string& text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// From the columns kRunColumns.
RunRecord record_at(const Statement& statement) {
  RunRecord run;
  run.id = statement.integer(0);
  run.started_utc = statement.text(1);
  run.finished_utc = statement.text(2);
  run.status = statement.text(3);
  run.campaign = statement.text(4);
  run.plan_fingerprint = statement.text(5);
  run.machine_fingerprint = statement.text(6);
  run.version = statement.text(7);
  run.command_line = statement.text(8);
  run.seed = number_of(statement.text(9));
  return run;
}

// The name of one of plan["cells"]; empty where it has none.
std::string cell_name(const nlohmann::json& cell) {
  if (cell.is_string()) return cell.get<std::string>();
  if (!cell.is_object()) return {};
  for (const char* key : {"name", "cell"}) {
    const auto found = cell.find(key);
    if (found != cell.end() && found->is_string()) return found->get<std::string>();
  }
  return {};
}

Status insert_plan_cells(const Database& database, std::int64_t run, const nlohmann::json& plan) {
  if (!plan.is_object()) return {};
  const auto cells = plan.find("cells");
  if (cells == plan.end() || !cells->is_array()) return {};
  std::int64_t position = 0;
  for (const nlohmann::json& cell : *cells) {
    Statement insert(database, "INSERT OR IGNORE INTO plan_cells VALUES (?, ?, ?)", "store a plan");
    const Status done = insert.bind(run).bind(cell_name(cell)).bind(position++).run();
    if (!done) return done;
  }
  return {};
}

// A sentence about a run that is not there.
Error missing_run(const Database& database, std::int64_t run) {
  Statement find(database, "SELECT count(*), min(id), max(id) FROM runs", "look for a run");
  const Result<bool> row = find.step();
  if (!row) return row.error();
  if (find.integer(0) == 0) {
    return usage_error("{} holds no run yet: measure something first with `pmembench run`",
                       database.name());
  }
  return usage_error("{} has no run {}: it holds runs {} to {}; `pmembench show --runs` lists them",
                     database.name(), run, find.integer(1), find.integer(2));
}

// Runs one UPDATE of a run, which has to be there and as it was stored.
Status update_run(const Database& database, Statement& update, std::int64_t run) {
  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return transaction.error();
  Status done = check_run(database, run);
  if (done) done = check_rows(database, Sealed::runs, fmt::format("runs.id = {}", run));
  if (done) done = update.run();
  if (done) done = seal(database, Sealed::runs, run);
  return done ? transaction->commit() : done;
}

}  // namespace

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Result<Store> Store::open(const std::string& path, Mode mode, int busy_timeout_ms) {
  Result<Database> database = open_results(path, mode, busy_timeout_ms);
  if (!database) return database.error();
  return Store(std::make_unique<Impl>(Impl{{}, std::move(*database)}));
}

Result<Store> Store::another_reader() const { return open(impl_->database.name(), Mode::read); }

Status check_run(const Database& database, std::int64_t run) {
  Statement find(database, "SELECT 1 FROM runs WHERE id = ?", "look for a run");
  const Result<bool> row = find.bind(run).step();
  if (!row) return row.error();
  if (*row) return {};
  if (const Status all = check_count(database, Sealed::runs); !all) return all;
  return missing_run(database, run);
}

Result<std::int64_t> Store::begin_run(const RunRecord& run) {
  const Database& database = impl_->database;
  Result<Transaction> transaction = Transaction::begin(database);
  if (!transaction) return transaction.error();
  Statement insert(
      database,
      fmt::format("INSERT INTO runs (started_utc, status, campaign, plan_fingerprint, "
                  "machine_fingerprint, version, command_line, seed, environment, plan) "
                  "VALUES (coalesce(nullif(?, ''), {}), coalesce(nullif(?, ''), 'running'), "
                  "?, ?, ?, ?, ?, ?, ?, ?)",
                  kNowUtc),
      "store a run");
  const Status inserted = insert.bind(run.started_utc)
                              .bind(run.status)
                              .bind(run.campaign)
                              .bind(run.plan_fingerprint)
                              .bind(run.machine_fingerprint)
                              .bind(run.version)
                              .bind(run.command_line)
                              .bind(std::to_string(run.seed))
                              .bind(json_text(run.environment.json()))
                              .bind(json_text(run.plan.json()))
                              .run();
  if (!inserted) return inserted.error();
  const std::int64_t id = sqlite3_last_insert_rowid(database.handle());
  Status stored = insert_plan_cells(database, id, run.plan.json());
  if (stored) stored = seal(database, Sealed::runs, id);
  if (stored) {
    stored = seal(database, Sealed::plan_cells, fmt::format("plan_cells.run_id = {}", id));
  }
  if (!stored) return stored.error();
  const Status committed = transaction->commit();
  if (!committed) return committed.error();
  auto claim = RunClaim::take(database.name(), id);
  if (!claim) return claim.error();
  impl_->claims.insert_or_assign(id, *std::move(claim));
  return id;
}

Status Store::finish_run(std::int64_t run, const std::string& status) {
  Statement update(
      impl_->database,
      fmt::format("UPDATE runs SET status = ?, finished_utc = {} WHERE id = ?", kNowUtc),
      "finish a run");
  update.bind(status).bind(run);
  return update_run(impl_->database, update, run);
}

Status Store::reopen_run(std::int64_t run) {
  if (!impl_->claims.contains(run)) {
    auto claim = RunClaim::take(impl_->database.name(), run);
    if (!claim) return claim.error();
    impl_->claims.insert_or_assign(run, *std::move(claim));
  }
  Statement update(impl_->database,
                   "UPDATE runs SET status = 'running', finished_utc = NULL WHERE id = ?",
                   "resume a run");
  update.bind(run);
  return update_run(impl_->database, update, run);
}

Result<std::vector<RunRecord>> Store::runs() const {
  const Database& database = impl_->database;
  const Snapshot snapshot(database);
  Statement select(
      database,
      fmt::format("SELECT {}, {} FROM runs{} ORDER BY runs.id", kRunColumns,
                  scalars_whole(database, Sealed::runs), checksum_join(database, Sealed::runs)),
      "list the runs");
  std::vector<RunRecord> runs;
  for (;;) {
    const Result<bool> row = select.step();
    if (!row) return row.error();
    if (!*row) break;
    runs.push_back(record_at(select));
    if (select.integer(10) == 0) return changed(database, fmt::format("run {}", runs.back().id));
  }
  if (const Status all = check_count(database, Sealed::runs); !all) return all.error();
  return runs;
}

Result<RunRecord> Store::run(std::optional<std::int64_t> id) const {
  const Database& database = impl_->database;
  const Snapshot snapshot(database);
  Statement select(
      database,
      fmt::format("SELECT {}, environment, plan, {} AND {} FROM runs{} "
                  "WHERE runs.id = coalesce(?, (SELECT max(id) FROM runs))",
                  kRunColumns, scalars_whole(database, Sealed::runs),
                  body_whole(database, Sealed::runs), checksum_join(database, Sealed::runs)),
      "read a run");
  if (const Status all = check_count(database, Sealed::runs); !all) return all.error();
  if (id) {
    select.bind(*id);
  } else {
    select.bind_null();
  }
  const Result<bool> row = select.step();
  if (!row) return row.error();
  if (!*row) return missing_run(database, id.value_or(0));
  RunRecord run = record_at(select);
  if (select.integer(12) == 0) return changed(database, fmt::format("run {}", run.id));
  run.environment = nlohmann::json::parse(select.text(10), nullptr, false);
  run.plan = nlohmann::json::parse(select.text(11), nullptr, false);
  if (run.environment.json().is_discarded() || run.plan.json().is_discarded()) {
    return runtime_error(
        "run {} of {} has a plan or environment that is not JSON: the file was changed by another "
        "program; restore a copy",
        run.id, database.name());
  }
  return run;
}

Result<std::optional<RunRecord>> Store::unfinished(const std::string& plan_fingerprint,
                                                   const std::string& machine_fingerprint) const {
  const Result<std::vector<RunRecord>> all = runs();
  if (!all) return all.error();
  const auto found = std::find_if(all->rbegin(), all->rend(), [&](const RunRecord& one) {
    return one.plan_fingerprint == plan_fingerprint &&
           one.machine_fingerprint == machine_fingerprint && one.status != "done";
  });
  if (found == all->rend()) return std::optional<RunRecord>();
  Result<RunRecord> whole = run(found->id);
  if (!whole) return whole.error();
  return std::optional<RunRecord>(std::move(*whole));
}

bool Store::has_checksums() const { return impl_->database.has_checksums(); }

Status Store::check_content(std::int64_t run) const {
  return check_run_content(impl_->database, run);
}

}  // namespace pmembench
