#include "cli/cluster_session.hpp"

#include <fmt/format.h>

#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "base/units.hpp"
#include "cli/campaign_session.hpp"
#include "cli/cluster_text.hpp"
#include "cli/media_checks.hpp"
#include "cli/output.hpp"
#include "cli/output_file.hpp"
#include "cli/probe_report.hpp"
#include "cli/recorder.hpp"
#include "cli/result_table.hpp"
#include "cli/share_option.hpp"
#include "cli/utc_time.hpp"
#include "cli/version.hpp"
#include "cluster/cluster_run.hpp"
#include "cluster/roll_call.hpp"
#include "dax/sim_model.hpp"
#include "platform/devices.hpp"
#include "record/codec.hpp"
#include "results/stored_derived.hpp"
#include "run/slice_budget.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

// Bytes of a medium that has a path, where its name does not say.
Result<std::uint64_t> size_of_medium(const MediaSpec& spec) {
  if (spec.size_bytes != 0) return spec.size_bytes;
  std::uint64_t whole_bytes = 0;
  if (spec.kind == DAX_MEDIA_DEVDAX) {
    const auto facts = dax_device_by_path("/", spec.path);
    if (!facts) return facts.error();
    whole_bytes = facts->size_bytes.value_or(0);
  } else {
    std::error_code error;
    whole_bytes = std::filesystem::file_size(spec.path, error);
    if (error) {
      return usage_error(
          "{} does not exist or has no size: hosts share a medium that is there; make it on one of "
          "them first, as by truncate -s 1G {}",
          spec.path, spec.path);
    }
  }
  if (whole_bytes <= spec.offset_bytes) {
    return usage_error("{} has {}, none of it behind the offset", spec.path,
                       format_size(whole_bytes));
  }
  return whole_bytes - spec.offset_bytes;
}

// What the store has of the run; of hosts only what also all together have.
Result<std::map<std::string, std::vector<Replicate>>> stored_replicates(const Store& store,
                                                                        std::int64_t run,
                                                                        const Plan& all,
                                                                        std::size_t hosts) {
  std::map<std::string, std::vector<Replicate>> found;
  std::size_t totals = 0, hosts_left = 0;
  for (const Cell& cell : all.cells) {
    if (!cell.skip_reason.empty()) continue;
    auto replicates = store.replicates(run, cell.name);
    if (!replicates) return replicates.error();
    // The row of all hosts goes before theirs (plan_with_hosts).
    if (hosts_left == 0) totals = replicates->size();
    hosts_left = hosts_left == 0 ? hosts : hosts_left - 1;
    if (replicates->size() > totals) replicates->resize(totals);
    if (!replicates->empty()) found[cell.name] = *std::move(replicates);
  }
  return found;
}

}  // namespace

ClusterSession::ClusterSession(CLI::App& command) {
  options_.add_to(command, "Time for the whole run, such as 60s.");
  options_.add_replicates_to(command);
  command.add_option("--db", database_, "Store the results in this file, on rank 0's host.")
      ->type_name("FILE")
      ->capture_default_str();
  command
      .add_option("--ranges", ranges_word_,
                  "Which bytes each host uses: own (each its own medium of that name), disjoint, "
                  "shared (reads only), neighbour (writes its own part, reads the next host's).")
      ->type_name("WORD");
  command
      .add_option("--slow", slow_words_,
                  "Inject work into a rank, to see that it is named: RANK=SHARE, such as 2=10%.")
      ->type_name("RANK=SHARE")
      ->allow_extra_args(false);
  command.add_flag("--destroy", destroy_, "Allow existing content of the media to be overwritten.");
  command.add_flag("--resume", resume_, "Continue the newest unfinished run of this plan.");
  view_.add_to(command);
  command.add_flag("--json", as_json_, "Print rows as JSON lines.");
}

Status ClusterSession::read() {
  if (const Status known = view_.read(); !known) return known;
  if (!ranges_word_.empty()) {
    const auto ranges = parse_ranges(ranges_word_);
    if (!ranges) return ranges.error();
    ranges_ = *ranges;
  }
  for (const std::string& word : slow_words_) {
    const std::size_t equals = word.find('=');
    const auto rank = parse_count(word.substr(0, equals));
    const auto share =
        read_share("--slow", equals == std::string::npos ? std::string() : word.substr(equals + 1));
    if (!rank) return usage_error("--slow '{}' names no rank; write RANK=SHARE, as in 2=10%", word);
    if (!share) return share.error();
    slowdowns_[static_cast<unsigned>(*rank)] = *share;
  }
  return {};
}

// The media with a path, whose bytes are proved to be the same or not; their sizes go to `place`.
Result<std::vector<std::string>> ClusterSession::shared_media(const Plan& plan,
                                                              ClusterPlace& place) const {
  std::vector<std::string> media;
  for (const Cell& cell : plan.cells) {
    if (!cell.skip_reason.empty() || place.size_bytes.contains(cell.media)) continue;
    const auto spec = parse_media(cell.media);
    if (!spec) return spec.error();
    const bool mapped = spec->kind == DAX_MEDIA_FILE || spec->kind == DAX_MEDIA_DEVDAX;
    if (mapped && ranges_word_.empty()) {
      return usage_error(
          "medium '{}' may be shared by the hosts or be each host's own: say which with --ranges "
          "own, disjoint, shared or neighbour",
          cell.media);
    }
    if (!mapped && ranges_ != Ranges::own) {
      return usage_error(
          "medium '{}' is not one that hosts share: use file or devdax, or --ranges own",
          cell.media);
    }
    if (!mapped) continue;
    // Each replicate of each rank opens it again, and finds what the others left.
    if (!destroy_) {
      return usage_error(
          "medium '{}' is filled by all hosts: give --destroy to allow that its content is "
          "overwritten",
          cell.media);
    }
    const auto size_bytes = size_of_medium(*spec);
    if (!size_bytes) return size_bytes.error();
    place.size_bytes[cell.media] = *size_bytes;
    media.push_back(cell.media);
  }
  return media;
}

Result<int> ClusterSession::lead(Conductor& conductor, const Host& host,
                                 const GlobalOptions& global,
                                 const std::atomic<bool>& interrupted) {
  auto campaign = options_.read();
  if (!campaign) return campaign.error();
  auto plan = plan_on_host(*campaign, host, destroy_);
  if (!plan) return plan.error();
  if (const Status holds = check_budget(*plan); !holds) return holds.error();
  for (const Cell& cell : plan->cells) {
    if (!is_model(cell.media)) continue;
    return usage_error(
        "medium '{}' is a model in virtual time, which is of one host: measure it with pmembench "
        "run",
        cell.media);
  }
  std::vector<NamedPath> inputs = media_paths(*plan);
  inputs.push_back({"the campaign", options_.file});
  if (const Status apart = keep_results_apart(database_, inputs); !apart) return apart.error();
  auto store = Store::open(database_, Store::Mode::write);
  if (!store) return store.error();
  ClusterPlace place;
  place.ranges = ranges_;
  place.slowdowns = slowdowns_;
  auto hellos = conductor.say_hello();
  if (!hellos) return hellos.error();
  const auto roll = call_roll(*hellos, conductor.hosts());
  if (!roll) return roll.error();
  for (const std::string& sentence : roll->differences) say(stderr, sentence + "\n");
  place.hellos = *std::move(hellos);
  for (const auto& [rank, share] : slowdowns_) {
    if (rank >= conductor.size())
      return usage_error("--slow {}: there are {} ranks", rank, conductor.size());
  }
  const auto media = shared_media(*plan, place);
  if (!media) return media.error();
  json cluster{{"schema", "pmembench-cluster"},
               {"version", 1},
               {"ranges", name_of(ranges_)},
               {"hosts", json::array()},
               {"differences", roll->differences}};
  for (std::size_t rank = 0; rank < conductor.size(); ++rank) {
    json each = place.hellos[rank];
    each["name"] = conductor.hosts()[rank];
    cluster["hosts"].push_back(std::move(each));
  }
  // Not the campaign's seed: what an earlier run left behind must not look like this one's.
  const auto proof = prove_identity(conductor, *media, ranges_, destroy_,
                                    static_cast<std::uint64_t>(std::random_device{}()));
  if (!proof) return proof.error();
  cluster["media"] = *proof;
  return measure(conductor, *plan, place, roll->fingerprint, cluster, *store, global, interrupted);
}

Result<int> ClusterSession::measure(Conductor& conductor, const Plan& plan,
                                    const ClusterPlace& place, const std::string& fingerprint,
                                    const json& cluster, Store& store, const GlobalOptions& global,
                                    const std::atomic<bool>& interrupted) {
  const Plan all = plan_with_hosts(plan, conductor.hosts(), ranges_);
  ClusterRunInput input;
  input.plan = &plan;
  input.conductor = &conductor;
  input.place = place;
  input.interrupted = &interrupted;
  std::int64_t run = 0;
  if (resume_) {
    const auto unfinished = store.unfinished(all.fingerprint(), fingerprint);
    if (!unfinished) return unfinished.error();
    if (*unfinished) {
      run = (*unfinished)->id;
      auto found = stored_replicates(store, run, all, conductor.size());
      if (!found) return found.error();
      input.replicates = *std::move(found);
      if (const Status reopened = store.reopen_run(run); !reopened) return reopened.error();
      say(stderr, fmt::format("going on with run {}\n", run));
    } else {
      say(stderr, fmt::format("{} has no unfinished run of this campaign on these hosts: this is a "
                              "new run\n",
                              database_));
    }
  }
  if (run == 0) {
    RunRecord record;
    record.started_utc = now_utc();
    record.status = "running";
    record.campaign = all.campaign_name;
    record.plan_fingerprint = all.fingerprint();
    record.machine_fingerprint = fingerprint;
    record.version = kVersion;
    record.command_line = global.command_line;
    record.seed = all.settings.seed;
    record.environment = probe_json("/");
    record.plan = plan_json(all);
    const auto begun = store.begin_run(record);
    if (!begun) return begun.error();
    run = *begun;
    const auto kept = store.save_document({0, "", "cluster", run, "", cluster});
    if (!kept) return kept.error();
  }
  ProgressLine line(stderr, isatty(STDERR_FILENO) != 0);
  const MonotonicClock clock;
  Recorder recorder(store, run, all, clock, line);
  recorder.adopt(input.replicates);
  input.clock = &clock;
  const auto outcome = run_on_all(std::move(input), recorder);
  line.clear();
  if (!outcome) {
    // What was measured stays, and its rows are brought up to date.
    (void)recorder.store_rows();
    (void)store.finish_run(run, "interrupted");
    return outcome.error();
  }
  Status closed = recorder.finish();
  if (closed) closed = save_derived(store, run);
  const bool whole = !outcome->interrupted && recorder.unmeasured() == 0 && recorder.begun() == 0;
  if (closed) closed = store.finish_run(run, whole ? "done" : "interrupted");
  if (!closed) return closed.error();
  if (const Status shown = show(store, run, recorder.rows()); !shown) return shown.error();
  if (outcome->interrupted) {
    say(stderr, "interrupted: what was measured is kept; the same command with --resume goes on\n");
    return kStatusInterrupted;
  }
  const std::size_t failed = outcome->failed + recorder.contradicted();
  if (failed > 0) {
    return runtime_error("{} cell{} failed; the results have the reasons", failed,
                         failed == 1 ? "" : "s");
  }
  if (recorder.measured() == 0 && recorder.unmeasured() == 0) {
    return environment_error("no cell of {} can run on these hosts; the results have the reasons",
                             options_.file);
  }
  if (!whole) {
    say(stderr,
        "unfinished: the budget ended before all cells were measured; repeat the command with "
        "--resume, or give a larger --budget\n");
  }
  return whole ? kStatusDone : kStatusUnfinished;
}

Status ClusterSession::show(const Store&, std::int64_t run, const std::vector<Row>& rows) const {
  if (as_json_) {
    for (const Row& row : rows) print_json(to_json(row), -1);
    return {};
  }
  print_text(fmt::format("{}{}\nrun {} is in {}\n", result_text(rows, view_), cluster_text(rows),
                         run, database_));
  return {};
}

}  // namespace pmembench
