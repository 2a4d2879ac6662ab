// pmembench curve: latency under load, as curves of latency over bandwidth.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "cli/commands.hpp"
#include "cli/curve_plan.hpp"
#include "cli/curve_record.hpp"
#include "cli/curve_table.hpp"
#include "cli/host.hpp"
#include "cli/interrupt.hpp"
#include "cli/media_checks.hpp"
#include "cli/output.hpp"
#include "cli/probe_report.hpp"
#include "cli/recorder.hpp"
#include "cli/utc_time.hpp"
#include "cli/version.hpp"
#include "platform/environment.hpp"
#include "platform/executable.hpp"
#include "results/curve_document.hpp"
#include "results/stored_derived.hpp"
#include "run/curve_runner.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

// Intel MLC's, in the order of growing load: its loops are about a cycle each, ours are ticks of
// the time-stamp counter.
constexpr const char* kMlcPauses =
    "20000,9000,5000,3500,2500,1700,1300,1000,700,500,400,300,200,100,50,15,8,2,0";

// Of --slice; the runner itself may shorten it on a busy machine.
constexpr std::uint64_t kShortestSlice_ns = 1'000'000, kLongestSlice_ns = 10'000'000'000;

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> pieces;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    pieces.push_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  return pieces;
}

// From the longest to the shortest: the load grows.
Result<std::vector<std::string>> read_pauses(const std::string& text) {
  if (text.empty()) return std::vector<std::string>();
  std::vector<std::uint64_t> ticks;
  for (const std::string& piece : split(text == "mlc" ? kMlcPauses : text)) {
    const auto value = parse_count(piece);
    if (!value) return usage_error("--pause: {}", value.error().message);
    ticks.push_back(*value);
  }
  std::sort(ticks.rbegin(), ticks.rend());
  std::vector<std::string> pauses;
  for (const std::uint64_t value : ticks) pauses.push_back(std::to_string(value));
  return pauses;
}

class CurveCommand final : public Command {
 public:
  explicit CurveCommand(CLI::App& app)
      : Command(app.add_subcommand("curve", "Measure latency under load, as curves.")) {
    subcommand_->footer(
        "Examples:\n  pmembench curve --media dram:256M\n"
        "  pmembench curve --media /dev/dax0.0 --destroy --read-share 100,67,50,0\n"
        "  pmembench curve --probe dram:64M,node=0 --load dram:64M,node=1 --points 5\n"
        "  pmembench curve --media dram:256M --pause mlc");
    add_what();
    add_how();
  }

  Result<int> run(const GlobalOptions& global) override {
    const std::atomic<bool>& interrupt = catch_interrupts();
    auto wishes = read_wishes();
    if (!wishes) return wishes.error();
    const auto host = open_host(global);
    if (!host) return host.error();
    const Topology topology = read_topology("/");
    const CurvePlanner planner(*wishes, host->registry, topology, destroy_);
    auto bases = planner.bases();
    if (!bases) return bases.error();
    Plan plan;
    plan.campaign_name = "curve";
    plan.settings.seed = seed_;
    plan.cells = *std::move(bases);
    keep_one_backend(plan);
    const Status apart = keep_results_apart(database_, media_paths(plan));
    if (!apart) return apart.error();
    std::map<std::string, std::string> identities = media_identities(plan);
    const Status usable = skip_unusable_media(plan, host->registry, destroy_);
    if (!usable) return usable.error();
    if (const Status some = check_some_run(plan); !some) return some.error();
    CurveInput input;
    input.points = points_;
    input.rounds = rounds_;
    input.precision = precision_ / 100;
    input.seed = seed_;
    auto settings = worker_settings(*host, global, destroy_, interrupt);
    if (!settings) return settings.error();
    settings->identities = std::move(identities);
    WorkerLauncher workers(*std::move(settings));
    input.workers = &workers;
    const Status times = read_times(input);
    if (!times) return times.error();
    return measure(std::move(plan), planner, *wishes, std::move(input), global);
  }

 private:
  void add_what() {
    subcommand_->add_option("--media", media_, "Probe and load this medium.")
        ->type_name("MEDIUM")
        ->allow_extra_args(false);
    subcommand_->add_option("--probe", probes_, "Probe this medium, under each --load.")
        ->type_name("MEDIUM")
        ->allow_extra_args(false);
    subcommand_->add_option("--load", loads_, "Load this medium.")
        ->type_name("MEDIUM")
        ->allow_extra_args(false);
    subcommand_
        ->add_option("--backend", backend_,
                     "Use these backends, separated by commas. Without it: the first usable one.")
        ->type_name("LIST");
    subcommand_->add_option("--read-share", read_share_, "Percentages of reads; each has a curve.")
        ->type_name("LIST")
        ->capture_default_str();
    subcommand_
        ->add_option("--threads", threads_, "Number of threads: the probe and those that load.")
        ->type_name("N")
        ->capture_default_str();
    subcommand_
        ->add_option("--set", assignments_,
                     "Set a key of the workload `loaded` or of its cells, such as order=random.")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    subcommand_
        ->add_option("--pause", pauses_,
                     "Pace the load by these waits in clock ticks instead of by shares; `mlc` "
                     "takes those of Intel MLC.")
        ->type_name("LIST");
  }

  void add_how() {
    subcommand_->add_option("--points", points_, "Measure at most this many points of each curve.")
        ->check(CLI::Range(2, 200))
        ->capture_default_str();
    subcommand_->add_option("--replicates", rounds_, "Fresh processes that measure each curve.")
        ->check(CLI::Range(1, 100))
        ->type_name("COUNT")
        ->capture_default_str();
    // The older spelling, for scripts that have it.
    subcommand_->add_option("--rounds", rounds_)->check(CLI::Range(1, 100))->group("");
    subcommand_->add_option("--budget", budget_, "Time for each curve.")
        ->type_name("TIME")
        ->capture_default_str();
    subcommand_->add_option("--slice", slice_, "Let a slice last at most this long: 1ms to 10s.")
        ->type_name("TIME")
        ->capture_default_str();
    subcommand_
        ->add_option(
            "--precision", precision_,
            "Stop at a point when the half width of its interval is below this percentage.")
        ->check(CLI::Range(0.01, 100.0))
        ->capture_default_str();
    subcommand_->add_option("--seed", seed_, "Seed of everything that is random.")
        ->capture_default_str();
    subcommand_->add_option("--db", database_, "Store the results in this file.")
        ->type_name("FILE")
        ->capture_default_str();
    subcommand_->add_flag("--destroy", destroy_,
                          "Allow existing content of the media to be overwritten.");
    subcommand_->add_flag("--json", as_json_, "Print the curves as one JSON object.");
  }

  Result<CurveWishes> read_wishes() const {
    if (media_.empty() && (probes_.empty() || loads_.empty())) {
      return usage_error(
          "no medium is named: give --media MEDIUM, or --probe MEDIUM and --load MEDIUM for what "
          "one does to the other");
    }
    auto pauses = read_pauses(pauses_);
    if (!pauses) return pauses.error();
    CurveWishes wishes{media_, probes_, loads_, {}, *std::move(pauses), points_, seed_};
    if (!backend_.empty()) wishes.assignments.emplace_back("backend=" + backend_, "--backend");
    wishes.assignments.emplace_back("read_share=" + read_share_, "--read-share");
    wishes.assignments.emplace_back("threads=" + threads_, "--threads");
    for (const std::string& assignment : assignments_) {
      for (const char* taken : {"load_share=", "pause=", "load_rate=", "probe_media="}) {
        if (!assignment.starts_with(taken)) continue;
        return usage_error("--set {}: the curve itself says how much is loaded, and where", taken);
      }
      wishes.assignments.emplace_back(assignment);
    }
    return wishes;
  }

  Status read_times(CurveInput& input) const {
    const auto budget = parse_duration_ns(budget_);
    if (!budget) return usage_error("--budget: {}", budget.error().message);
    const auto slice = parse_duration_ns(slice_);
    if (!slice) return usage_error("--slice: {}", slice.error().message);
    if (*slice < kShortestSlice_ns || *slice > kLongestSlice_ns) {
      return usage_error("--slice: {} is not between {} and {}", slice_,
                         format_duration_ns(kShortestSlice_ns),
                         format_duration_ns(kLongestSlice_ns));
    }
    input.budget_ns = *budget;
    input.slice_ns = *slice;
    return {};
  }

  // Reads are the same by all backends; the others must be asked for.
  void keep_one_backend(Plan& plan) const {
    if (!backend_.empty()) return;
    std::map<std::string, std::string> chosen;  // by media
    std::erase_if(plan.cells, [&](const Cell& cell) {
      if (!cell.skip_reason.empty()) return chosen.contains(cell.media);
      const std::string& backend = chosen.emplace(cell.media, cell.backend).first->second;
      return backend != cell.backend;
    });
  }

  static Status check_some_run(const Plan& plan) {
    const auto runs = std::find_if(plan.cells.begin(), plan.cells.end(),
                                   [](const Cell& cell) { return cell.skip_reason.empty(); });
    if (runs != plan.cells.end()) return {};
    return environment_error("no curve can be measured here: {}",
                             plan.cells.empty() ? "no cell fits" : plan.cells.front().skip_reason);
  }

  Result<int> measure(Plan plan, const CurvePlanner& planner, const CurveWishes& wishes,
                      CurveInput input, const GlobalOptions& global) {
    auto store = Store::open(database_, Store::Mode::write);
    if (!store) return store.error();
    const MonotonicClock clock;
    input.clock = &clock;
    const std::vector<Cell> bases = std::move(plan.cells);
    plan.cells.clear();
    const auto id = store->begin_run(record_of(plan, global));
    if (!id) return id.error();
    ProgressLine line(stderr, isatty(STDERR_FILENO) != 0);
    Recorder recorder(*store, *id, plan, clock, line);
    Session session{plan, planner, wishes, recorder, {}, false};
    for (const Cell& base : bases) {
      if (session.interrupted || !base.skip_reason.empty()) continue;
      const Status status = measure_curve(base, input, session);
      if (status) continue;
      line.clear();
      (void)recorder.store_rows();
      (void)store->finish_run(*id, "failed");
      return status.error();
    }
    line.clear();
    return close(*store, *id, session, bases);
  }

  // What the curves of one command share.
  struct Session {
    Plan& plan;
    const CurvePlanner& planner;
    const CurveWishes& wishes;
    Recorder& recorder;
    std::vector<CurveRecord> curves;
    bool interrupted;
  };

  [[nodiscard]] RunRecord record_of(const Plan& plan, const GlobalOptions& global) const {
    RunRecord record;
    record.started_utc = now_utc();
    record.status = "running";
    record.campaign = "curve";
    record.plan_fingerprint = plan.fingerprint();
    record.machine_fingerprint = machine_fingerprint("/");
    record.version = kVersion;
    record.command_line = global.command_line;
    record.seed = seed_;
    record.environment = probe_json("/");
    record.plan = json{{"campaign", "curve"}, {"cells", json::array()}};
    return record;
  }

  // Points are cells like any other; they are planned as they are found.
  static Result<Cell> add_cell(Session& session, const Cell& base,
                               const std::vector<std::string>& changes) {
    auto cell = session.planner.with(base, changes);
    if (cell) session.plan.cells.push_back(*cell);
    return cell;
  }

  static Status fill_skeleton(Session& session, const Cell& base, CurveInput& input) {
    const auto add = [&](double share, const std::vector<std::string>& changes) -> Status {
      auto cell = add_cell(session, base, changes);
      if (!cell) return cell.error();
      input.skeleton.push_back({*std::move(cell), share, {}, ""});
      return {};
    };
    if (session.wishes.pauses.empty()) {
      for (const double share : session.planner.shares()) {
        const Status added = add(share, {fmt::format("load_share={:g}", share)});
        if (!added) return added;
      }
      return {};
    }
    Status added = add(0, {"load_share=0"});
    for (std::size_t i = 0; added && i < session.wishes.pauses.size(); ++i) {
      added =
          add(static_cast<double>(i + 1), {"load_share=100", "pause=" + session.wishes.pauses[i]});
    }
    return added;
  }

  static Status measure_curve(const Cell& base, CurveInput input, Session& session) {
    if (const Status filled = fill_skeleton(session, base, input); !filled) return filled;
    if (session.wishes.pauses.empty()) {
      input.cell_at = [&](double share) {
        return add_cell(session, base, {fmt::format("load_share={:g}", share)});
      };
    }
    const unsigned fewer = 1 + (base.threads - 1) / 2;
    if (fewer > 1 && fewer < base.threads) {
      auto cell = add_cell(session, base, {"load_share=100", fmt::format("threads={}", fewer)});
      if (!cell) return cell.error();
      input.fewer_threads = *std::move(cell);
    }
    auto outcome = run_curve(std::move(input), session.recorder);
    if (!outcome) return outcome.error();
    session.interrupted = outcome->interrupted;
    session.curves.push_back(
        curve_record(base, *outcome, session.recorder.rows(), !session.wishes.pauses.empty()));
    return {};
  }

  Result<int> close(Store& store, std::int64_t id, const Session& session,
                    const std::vector<Cell>& bases) const {
    if (const Status closed = session.recorder.finish(); !closed) return closed.error();
    json document = curves_document(session.curves);
    json left_out = json::array();
    for (const Cell& base : bases) {
      if (base.skip_reason.empty()) continue;
      left_out.push_back({{"title", curve_title(base)}, {"reason", base.skip_reason}});
    }
    document["left_out"] = left_out;
    document["run"] = id;
    const bool saturated =
        std::all_of(document["curves"].begin(), document["curves"].end(),
                    [](const json& curve) { return curve["saturated"] == true; });
    DocumentRecord record;
    record.kind = "curve";
    record.run_id = id;
    record.verdict = saturated ? "SATURATED" : "NOT_SATURATED";
    record.document = document;
    const auto saved = store.save_document(record);
    if (!saved) return saved.error();
    if (const Status kept = save_derived(store, id); !kept) return kept.error();
    const Status finished = store.finish_run(id, session.interrupted ? "interrupted" : "done");
    if (!finished) return finished.error();
    print(document, id);
    if (session.interrupted) {
      say(stderr, "interrupted: what was measured is kept\n");
      return kStatusInterrupted;
    }
    return kStatusDone;
  }

  void print(const json& document, std::int64_t id) const {
    if (as_json_) {
      print_json(document, 2);
      return;
    }
    print_text(curves_text(document));
    for (const json& curve : document["left_out"]) {
      print_text(fmt::format("did not run: {}: {}\n", curve["title"].get<std::string>(),
                             curve["reason"].get<std::string>()));
    }
    print_text(fmt::format("run {} is in {}\n", id, database_));
  }

  std::vector<std::string> media_, probes_, loads_, assignments_;
  std::string backend_, read_share_ = "100", threads_ = "all", pauses_;
  std::size_t points_ = 24;
  unsigned rounds_ = 6;
  std::string budget_ = "60s", slice_ = "50ms", database_ = "pmembench.db";
  double precision_ = 2;
  std::uint64_t seed_ = 1;
  bool destroy_ = false, as_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_curve_command(CLI::App& app) {
  return std::make_unique<CurveCommand>(app);
}

}  // namespace pmembench
