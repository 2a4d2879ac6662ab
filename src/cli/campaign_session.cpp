#include "cli/campaign_session.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/interrupt.hpp"
#include "cli/output.hpp"
#include "cli/probe_report.hpp"
#include "cli/recorder.hpp"
#include "cli/run_time_text.hpp"
#include "cli/utc_time.hpp"
#include "cli/version.hpp"
#include "platform/environment.hpp"
#include "platform/host_load.hpp"
#include "platform/memory_attributes.hpp"
#include "record/codec.hpp"
#include "results/run_warnings.hpp"
#include "results/stored_derived.hpp"
#include "run/protocol.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

RunConditions campaign_conditions(const std::optional<HostLoad>& before) {
  RunConditions conditions;
  conditions.environment = read_environment("/");
  conditions.nodes = read_topology("/").nodes.size();
  const auto after = read_host_load("/");
  if (before && after) conditions.other_load = other_load(*before, *after);
  return conditions;
}

Status save_campaign_documents(Store& store, std::int64_t run, const RunConditions& conditions) {
  const auto kept = store.save_document({0, "", "conditions", run, "", to_json(conditions)});
  if (!kept) return kept.error();
  return save_derived(store, run);
}

Result<std::int64_t> resume_campaign(const RunRecord& unfinished, const Plan& plan, Store& store,
                                     KernelChoices& kernels, RunInput& input) {
  std::size_t found = 0;
  for (const Cell& cell : plan.cells) {
    auto replicates = store.replicates(unfinished.id, cell.name);
    if (!replicates) return replicates.error();
    found += replicates->size();
    if (!replicates->empty() && replicates->front().details.kernel) {
      kernels.remember(cell, *replicates->front().details.kernel);
    }
    if (!replicates->empty()) input.replicates[cell.name] = *std::move(replicates);
  }
  const Status reopened = store.reopen_run(unfinished.id);
  if (!reopened) return reopened.error();
  say(stderr, fmt::format("going on with run {} of {}, which has {} replicate{}\n", unfinished.id,
                          unfinished.started_utc, found, found == 1 ? "" : "s"));
  return unfinished.id;
}

// A new run in the store, or the unfinished one with what it has.
Result<std::int64_t> begin_campaign(const Plan& plan, const SessionOptions& options,
                                    const std::string& command_line, Store& store,
                                    KernelChoices& kernels, RunInput& input) {
  const std::string machine = machine_fingerprint("/");
  if (options.resume) {
    const auto unfinished = store.unfinished(plan.fingerprint(), machine);
    if (!unfinished) return unfinished.error();
    if (*unfinished) return resume_campaign(**unfinished, plan, store, kernels, input);
    say(stderr,
        fmt::format("{} has no unfinished run of this campaign to go on with: this is a new "
                    "run\n",
                    options.database));
  }
  RunRecord record;
  record.started_utc = now_utc();
  record.status = "running";
  record.campaign = plan.campaign_name;
  record.plan_fingerprint = plan.fingerprint();
  record.machine_fingerprint = machine;
  record.version = kVersion;
  record.command_line = command_line;
  record.seed = plan.settings.seed;
  record.environment = probe_json("/");
  record.plan = plan_json(plan);
  return store.begin_run(record);
}

}  // namespace

json plan_json(const Plan& plan) {
  json cells = json::array();
  for (const Cell& cell : plan.cells) cells.push_back(to_json(cell));
  const MeasureSettings& settings = plan.settings;
  return {{"campaign", plan.campaign_name},
          {"file", plan.campaign_file},
          {"settings",
           {{"budget_ns", settings.budget_ns},
            {"precision", settings.precision},
            {"confidence", settings.confidence},
            {"minimum_replicates", settings.minimum_replicates},
            {"maximum_replicates", settings.maximum_replicates},
            {"slices", settings.slices},
            {"slice_ns", settings.slice_ns},
            {"seed", settings.seed}}},
          {"cells", cells}};
}

Result<Plan> plan_on_host(const Campaign& campaign, const Host& host, bool destroy) {
  Topology topology = read_topology("/");
  // What hwloc cannot read it does not rate.
  if (const auto more = read_memory_attributes(); more) add_memory_attributes(*more, topology);
  return make_plan(campaign, {&host.registry, &topology, destroy, "/"});
}

Result<MeasuredCampaign> measure_campaign(const Plan& plan, const Host& host,
                                          const GlobalOptions& global,
                                          const SessionOptions& options, Store& store) {
  auto settings = worker_settings(host, global, options.destroy, catch_interrupts());
  if (!settings) return settings.error();
  settings->identities = options.identities;
  const auto kernels = settings->kernels;
  WorkerLauncher workers(*std::move(settings));
  RunInput input;
  input.plan = &plan;
  input.workers = &workers;
  ProgressLine line(stderr, isatty(STDERR_FILENO) != 0);
  const MonotonicClock clock;
  const auto id = begin_campaign(plan, options, global.command_line, store, *kernels, input);
  if (!id) return id.error();
  Recorder recorder(store, *id, plan, clock, line);
  recorder.adopt(input.replicates);
  input.clock = &clock;
  say(stderr, run_time_text(plan));
  const auto load_before = read_host_load("/");
  const auto outcome = run_plan(std::move(input), recorder);
  const RunConditions conditions = campaign_conditions(load_before);
  line.clear();
  if (!outcome) {
    (void)recorder.store_rows();
    (void)store.finish_run(*id, "failed");
    return outcome.error();
  }
  recorder.set_run_warnings(run_warnings(conditions));
  Status closed = recorder.finish();
  if (closed) closed = save_campaign_documents(store, *id, conditions);
  const bool whole = !outcome->interrupted && recorder.unmeasured() == 0 && recorder.begun() == 0;
  if (closed) closed = store.finish_run(*id, whole ? "done" : "interrupted");
  if (!closed) return closed.error();
  return MeasuredCampaign{*id,
                          *outcome,
                          recorder.rows(),
                          recorder.measured(),
                          recorder.unmeasured(),
                          recorder.begun(),
                          outcome->failed + recorder.contradicted()};
}

}  // namespace pmembench
