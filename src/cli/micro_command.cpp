// pmembench micro: the kernels of the backends as benchmarks of Google Benchmark.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/media_checks.hpp"
#include "cli/micro_benchmarks.hpp"
#include "cli/micro_kernel.hpp"
#include "cli/output.hpp"
#include "cli/probe_report.hpp"
#include "cli/utc_time.hpp"
#include "cli/version.hpp"
#include "dax/sim_model.hpp"
#include "measure/estimate.hpp"
#include "platform/environment.hpp"
#include "record/codec.hpp"
#include "results/make_row.hpp"
#include "results/store.hpp"
#include "results/stored_derived.hpp"
#include "run/checks.hpp"
#include "run/worker_link.hpp"

namespace pmembench {
namespace {

// Every kernel of every usable backend at every size: made as `run` would, and named as in
// configs/quick.yaml, whose kernels of one thread are among them. A name has the keys that are
// written, so what is a default there stays unwritten here.
constexpr const char* kMicroCampaign = R"(
name: micro
media: dram:auto
threads: 1
operation_size: [64, 256, 1K, 4K, 64K, 1M]
backend: [usable, null]
cells:
  - access: read
    matrix:
      workload: [sequential, random]
  - access: load
    matrix:
      workload: [sequential, random]
  - access: write
    matrix:
      workload: [sequential, random]
  - access: write
    matrix:
      workload: [sequential, random]
      durability: [none, batch]
)";

constexpr const char* kDefaultTime = "--benchmark_min_time=0.1";

class MicroCommand final : public Command {
 public:
  explicit MicroCommand(CLI::App& app)
      : Command(app.add_subcommand("micro", "Run the backends' kernels under Google Benchmark.")) {
    // What is not known here is the library's, and must not fall through to the main command.
    subcommand_->allow_extras()->fallthrough(false);
    subcommand_->footer(
        "Flags that begin with --benchmark_ are Google Benchmark's.\n"
        "Examples:\n  pmembench micro --benchmark_filter='clwb.*random.*operation_size=64B'\n"
        "  pmembench micro --set operation_size=64,4K --benchmark_repetitions=5\n"
        "  pmembench micro --benchmark_list_tests");
    subcommand_->add_option("--set", assignments_, "Set a key, such as operation_size=64.")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    subcommand_->add_option("--media", media_, "Measure on this medium.")->type_name("MEDIUM");
    subcommand_->add_option("--backend", backend_, "Measure this backend.")->type_name("BACKEND");
    subcommand_->add_option("--db", database_, "Store the results in this file.")
        ->type_name("FILE")
        ->capture_default_str();
    subcommand_->add_flag("--destroy", destroy_,
                          "Allow existing content of the media to be overwritten.");
    subcommand_->add_flag("--json", as_json_, "Print rows as JSON lines.");
  }

  Result<int> run(const GlobalOptions& global) override {
    if (const Status there = micro_benchmarks_available(); !there) return there.error();
    const auto flags = take_flags();
    if (!flags) return flags.error();
    const auto host = open_host(global);
    if (!host) return host.error();
    auto plan = make_micro_plan(*host);
    if (!plan) return plan.error();
    const auto lists = [](const std::string& flag) {
      return flag == "--benchmark_list_tests" || flag == "--benchmark_list_tests=true";
    };
    const bool only_lists = std::any_of(flags->begin(), flags->end(), lists);
    return only_lists ? list(*plan, *flags) : measure(*host, *plan, *flags, global.command_line);
  }

 private:
  // The library's flags, with a shorter time than its own: there are many kernels.
  Result<std::vector<std::string>> take_flags() const {
    std::vector<std::string> flags{kDefaultTime};
    for (const std::string& word : subcommand_->remaining()) {
      if (!word.starts_with("--benchmark_")) {
        return usage_error("micro does not know '{}'; see pmembench micro --help", word);
      }
      flags.push_back(word);
    }
    return flags;
  }

  Result<Plan> make_micro_plan(const Host& host) const {
    const CampaignSchema schema = campaign_schema();
    auto campaign = read_campaign_text(kMicroCampaign, "micro", schema);
    if (!campaign) return campaign.error();
    std::vector<Assignment> all(assignments_.begin(), assignments_.end());
    if (!media_.empty()) all.emplace_back("media=" + media_, "--media");
    if (!backend_.empty()) all.emplace_back("backend=" + backend_, "--backend");
    for (const Assignment& assignment : all) {
      const Status set = apply_set(*campaign, assignment, schema);
      if (!set) return set.error();
    }
    const Topology topology = read_topology("/");
    auto plan = make_plan(*campaign, {&host.registry, &topology, destroy_, "/"});
    if (!plan) return plan;
    for (const Cell& cell : plan->cells) {
      if (is_model(cell.media)) {
        return usage_error("{} is a model in virtual time, and micro measures real memory: use run",
                           cell.media);
      }
      const PathType* path = find_path(cell.path);
      if (cell.threads == 1 && path->prepare == nullptr && cell.timing == Timing::slice) continue;
      return usage_error(
          "micro measures kernels of one thread on the paths direct, mapped and kernel, in slices; "
          "for anything else use pmembench run");
    }
    const Status usable = skip_unusable_media(*plan, host.registry, destroy_);
    if (!usable) return usable.error();
    return plan;
  }

  static std::vector<const Cell*> runnable(const Plan& plan) {
    std::vector<const Cell*> cells;
    for (const Cell& cell : plan.cells) {
      if (cell.skip_reason.empty()) cells.push_back(&cell);
    }
    return cells;
  }

  static std::vector<MicroBenchmark> benchmarks_of(const std::vector<const Cell*>& cells,
                                                   MicroKernels& kernels,
                                                   const std::atomic<bool>& interrupt) {
    std::vector<MicroBenchmark> benchmarks;
    for (const Cell* cell : cells) {
      MicroBenchmark one;
      one.name = for_terminal(cell->name);
      const auto size = cell->parameters.find("operation_size");
      const bool moves = cell->capabilities.does_work && size != cell->parameters.end();
      if (moves) one.bytes_per_operation = parse_count(size->second).value();
      const auto batch = cell->parameters.find("batch");
      one.batch = batch == cell->parameters.end() ? 1 : parse_count(batch->second).value();
      one.begin = [&kernels, &interrupt, cell] {
        return interrupt.load(std::memory_order_relaxed) ? Status(interruption())
                                                         : kernels.begin(*cell);
      };
      one.run = [&kernels](std::uint64_t operations) { return kernels.run(operations); };
      one.end = [&kernels] { return kernels.end(); };
      benchmarks.push_back(std::move(one));
    }
    return benchmarks;
  }

  static Result<int> list(const Plan& plan, const std::vector<std::string>& flags) {
    std::vector<MicroBenchmark> benchmarks;
    for (const Cell* cell : runnable(plan))
      benchmarks.push_back({for_terminal(cell->name), 0, 1, {}, {}, {}});
    const auto listed = run_micro_benchmarks(
        benchmarks, flags, false, [](std::size_t, const MicroResult&) { return Status(); });
    if (!listed) return listed.error();
    return kStatusDone;
  }

  // One process is one replicate, however often the library repeats.
  static Replicate replicate_of(const Cell& cell, const MicroResult& result,
                                std::uint64_t bytes_per_operation, const MicroKernels& kernels) {
    Replicate replicate;
    replicate.cell = cell.name;
    replicate.seed = cell.seed;
    replicate.slice_ns_per_operation = result.ns_per_operation;
    replicate.slice_disturbed.assign(result.ns_per_operation.size(), false);
    replicate.operations = result.operations;
    replicate.bytes = result.operations * bytes_per_operation;
    replicate.median_ns_per_operation = median(result.ns_per_operation);
    replicate.medium = kernels.medium();
    replicate.details.cpus = {cell.placement.cpus.front()};
    replicate.details.ceiling_bytes_per_s = kernels.ceiling_bytes_per_s();
    replicate.details.harness = "Google Benchmark";
    return replicate;
  }

  Row row_of(const Cell& cell, const MicroResult& result, std::optional<Replicate>& replicate,
             std::uint64_t bytes_per_operation, const MicroKernels& kernels) const {
    if (!result.error.empty()) return make_row(cell, {}, result.error, {});
    replicate = replicate_of(cell, result, bytes_per_operation, kernels);
    const double bytes_per_s =
        static_cast<double>(bytes_per_operation) / replicate->median_ns_per_operation * 1e9;
    const Status sane = check_ceiling(bytes_per_s, kernels.ceiling_bytes_per_s(), 1);
    if (sane) return make_row(cell, {*replicate}, "", {});
    replicate.reset();
    return make_row(cell, {}, sane.error().message, {});
  }

  Result<int> measure(const Host& host, const Plan& plan, const std::vector<std::string>& flags,
                      const std::string& command_line) {
    const Status apart = keep_results_apart(database_, media_paths(plan));
    if (!apart) return apart.error();
    auto store = Store::open(database_, Store::Mode::write);
    if (!store) return store.error();
    const auto id = store->begin_run(record_of(plan, command_line));
    if (!id) return id.error();
    const std::atomic<bool>& interrupt = catch_interrupts();
    MicroKernels kernels(host, destroy_);
    const std::vector<const Cell*> cells = runnable(plan);
    const std::vector<MicroBenchmark> benchmarks = benchmarks_of(cells, kernels, interrupt);
    std::size_t failed = 0;
    const auto keep = [&](std::size_t index, const MicroResult& result) {
      std::optional<Replicate> replicate;
      const Row row =
          row_of(*cells[index], result, replicate, benchmarks[index].bytes_per_operation, kernels);
      // A benchmark that was cut short has no result, and this is not an error.
      if (interrupt.load(std::memory_order_relaxed)) return Status();
      failed += row.status == "error" ? 1 : 0;
      if (as_json_) print_json(to_json(row), -1);
      return store->save(*id, row, replicate ? &*replicate : nullptr);
    };
    const auto ran = run_micro_benchmarks(benchmarks, flags, as_json_, keep);
    const bool measured = ran && *ran > 0;
    const bool interrupted = interrupt.load(std::memory_order_relaxed);
    Status closed = measured ? save_derived(*store, *id) : Status{};
    const char* state = interrupted ? "interrupted" : measured ? "done" : "failed";
    if (closed) closed = store->finish_run(*id, state);
    if (!ran) return ran.error();
    if (!closed) return closed.error();
    if (interrupted) {
      say(stderr, fmt::format("interrupted: what was measured is kept in {}\n", database_));
      return kStatusInterrupted;
    }
    if (*ran == 0) {
      return usage_error(
          "no kernel was selected: see --benchmark_list_tests for their names, and "
          "--benchmark_filter");
    }
    if (failed > 0) {
      return runtime_error("{} kernel{} failed; the results say which and why", failed,
                           failed == 1 ? "" : "s");
    }
    // Not to standard output, which may be the library's document.
    if (!as_json_) say(stderr, fmt::format("run {} is in {}\n", *id, database_));
    return kStatusDone;
  }

  static RunRecord record_of(const Plan& plan, const std::string& command_line) {
    RunRecord record;
    record.started_utc = now_utc();
    record.status = "running";
    record.campaign = plan.campaign_name;
    record.plan_fingerprint = plan.fingerprint();
    record.machine_fingerprint = machine_fingerprint("/");
    record.version = kVersion;
    record.command_line = command_line;
    record.seed = plan.settings.seed;
    record.environment = probe_json("/");
    record.plan =
        nlohmann::json{{"campaign", plan.campaign_name}, {"cells", nlohmann::json::array()}};
    for (const Cell& cell : plan.cells)
      record.plan.json()["cells"].push_back({{"name", cell.name}});
    return record;
  }

  std::vector<std::string> assignments_;
  std::string media_, backend_, database_ = "pmembench.db";
  bool destroy_ = false, as_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_micro_command(CLI::App& app) {
  return std::make_unique<MicroCommand>(app);
}

}  // namespace pmembench
