#include "cli/cluster_command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "cli/campaign_options.hpp"
#include "cli/cluster_clocks.hpp"
#include "cli/cluster_session.hpp"
#include "cli/cluster_visibility.hpp"
#include "cli/help_text.hpp"
#include "cli/host.hpp"
#include "cli/output.hpp"
#include "cli/usage_hints.hpp"
#include "cli/version.hpp"
#include "cluster/conductor.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kNsOfMs = 1'000'000;
// The commands that a rank gets (HostPart).
constexpr std::array kPhases{"hello",  "identity", "open",  "begin",     "clocks",
                             "slices", "end",      "close", "visibility"};

// Options of every command that measures on several hosts.
struct ClusterOptions {
  std::string limit = "60s", open_limit = "10m", logs, drill;
  void add_to(CLI::App& command) {
    command
        .add_option("--limit", limit, "Longest wait for a host before the run ends with its name.")
        ->type_name("TIME")
        ->capture_default_str();
    command
        .add_option("--open-limit", open_limit,
                    "The same on top of it while hosts open media and prepare cells.")
        ->type_name("TIME")
        ->capture_default_str();
    command.add_option("--logs", logs, "Write what each rank does to FOLDER/rankN.jsonl.")
        ->type_name("FOLDER");
    command
        .add_option("--drill", drill,
                    fmt::format("Try a failure: PHASE:RANK:kill or PHASE:RANK:stop, such as "
                                "slices:1:kill; slices:1:kill:5 after five that go well. "
                                "Phases: {}.",
                                fmt::join(kPhases, ", ")))
        ->type_name("DRILL");
  }
};

Result<std::uint64_t> milliseconds(const std::string& text, const char* option) {
  const auto ns = parse_duration_ns(text);
  if (!ns) return ns.error().with_context(option);
  if (*ns < kNsOfMs) return usage_error("{} {}: give 1ms or more", option, text);
  return *ns / kNsOfMs;
}

Status read_drill(const std::string& text, HostPartSettings& settings) {
  if (text.empty()) return {};
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c == ':') {
      words.emplace_back();
    } else {
      words.back().push_back(c);
    }
  }
  const std::string action = words.size() > 2 ? words[2] : std::string();
  const auto rank = parse_count(words.size() > 1 ? words[1] : std::string());
  const auto after = parse_count(words.size() > 3 ? words[3] : std::string("0"));
  const bool known = std::any_of(kPhases.begin(), kPhases.end(),
                                 [&](const char* phase) { return words[0] == phase; });
  if (!known || !rank || !after || words.size() > 4 || (action != "kill" && action != "stop")) {
    return usage_error(
        "--drill '{}' is not a failure to try: write PHASE:RANK:kill or PHASE:RANK:stop, with a "
        "phase of {}",
        text, fmt::join(kPhases, ", "));
  }
  settings.drill_command = words[0];
  settings.drill_rank = static_cast<unsigned>(*rank);
  settings.drill_after = static_cast<unsigned>(*after);
  settings.drill_signal = action == "kill" ? SIGKILL : SIGSTOP;
  return {};
}

class ClusterCommandLine {
 public:
  ClusterCommandLine(ClusterLink& link, const std::atomic<bool>& interrupted)
      : link_(link), interrupted_(interrupted), session_(run_), clocks_(clock_command_) {}

  ClusterExit run(int argc, char** argv) {
    global_.command_line = command_text(argc, argv);
    describe();
    try {
      app_.parse(argc, argv);
    } catch (const CLI::Success& success) {
      return {link_.rank() == 0 ? app_.exit(success) : 0, true};
    } catch (const CLI::ParseError& error) {
      return report(parse_error(app_, error), true);
    }
    return measure();
  }

 private:
  void describe() {
    app_.formatter(help_formatter());
    app_.set_help_flag("-h,--help", "Print this help and exit.");
    app_.set_version_flag("-V,--version", kVersion, "Print the version and exit.");
    app_.require_subcommand(1, 1);
    app_.add_option("--plugin", global_.plugins, "Load a backend from this shared object.")
        ->type_name("FILE")
        ->allow_extra_args(false);
    app_.footer(
        "Started by mpirun or a cluster's srun, one rank a host.\n"
        "Example:\n  mpirun -np 8 --map-by ppr:1:node pmembench-mpi run quick --media "
        "file:/mnt/famfs/pool --ranges disjoint --destroy");
    for (CLI::App* each : {&run_, &visibility_command_, &clock_command_}) {
      each->fallthrough();
      options_.add_to(*each);
    }
    visibility_.add_to(visibility_command_);
  }

  ClusterExit report(const Error& error, bool ended_well) const {
    // All ranks meet an error of the command line; one of them says it.
    if (link_.rank() == 0 || !ended_well) {
      say(stderr, fmt::format("pmembench-mpi: {}\n", error.message));
    }
    return {static_cast<int>(error.kind), ended_well};
  }

  Result<HostPartSettings> part_settings(const Host& host) {
    HostPartSettings settings;
    auto worker = worker_settings(host, global_, session_.destroy(), interrupted_);
    if (!worker) return worker.error();
    settings.worker = *std::move(worker);
    settings.worker.joint = session_.is_shared();
    settings.version = kVersion;
    settings.cpu_features = host.info.cpu_features;
    settings.logs_folder = options_.logs;
    if (const Status read = read_drill(options_.drill, settings); !read) return read.error();
    return settings;
  }

  ClusterExit measure() {
    const auto wait_ms = milliseconds(options_.limit, "--limit");
    if (!wait_ms) return report(wait_ms.error(), true);
    const auto open_ms = milliseconds(options_.open_limit, "--open-limit");
    if (!open_ms) return report(open_ms.error(), true);
    if (run_.parsed()) {
      if (const Status known = session_.read(); !known) return report(known.error(), true);
    }
    if (visibility_command_.parsed()) {
      if (const Status known = visibility_.read(); !known) return report(known.error(), true);
    }
    const auto host = open_host(global_);
    if (!host) return report(host.error(), false);
    auto settings = part_settings(*host);
    if (!settings) return report(settings.error(), true);
    HostPart part(link_, *std::move(settings));
    if (link_.rank() != 0) {
      const Status served = serve_rank(link_, part, *wait_ms + *open_ms);
      if (served) return {};
      if (served.error().kind == ErrorKind::interrupted) return {kStatusInterrupted, false};
      return report(served.error(), false);
    }
    Conductor conductor(link_, part, {*wait_ms, *open_ms});
    const Result<int> status = lead(conductor, *host);
    if (status) {
      conductor.quit();
      const Status printed = flush_output(stdout, "standard output");
      if (!printed && !reader_left(stdout)) return report(printed.error(), true);
      return {*status, true};
    }
    // A host that is silent, or an error before the ranks had anything to do.
    const bool lost = status.error().code == ETIMEDOUT || interrupted_.load();
    if (!lost) conductor.quit();
    return report(status.error(), !lost);
  }

  Result<int> lead(Conductor& conductor, const Host& host) {
    if (run_.parsed()) return session_.lead(conductor, host, global_, interrupted_);
    if (clock_command_.parsed()) return clocks_.lead(conductor);
    return visibility_.lead(conductor, host.info.cpu_features);
  }

  ClusterLink& link_;
  const std::atomic<bool>& interrupted_;
  CLI::App app_{"Measure memory by several hosts at the same time.", "pmembench-mpi"};
  CLI::App& run_ = *app_.add_subcommand("run", "Measure a campaign on all hosts together.");
  CLI::App& visibility_command_ = *app_.add_subcommand(
      "visibility", "Test what each host sees of the others' stores in shared memory.");
  CLI::App& clock_command_ =
      *app_.add_subcommand("clocks", "Show how far the hosts' clocks are apart, and drift.");
  GlobalOptions global_;
  ClusterOptions options_;
  ClusterSession session_;
  ClusterVisibility visibility_;
  ClusterClocks clocks_;
};

}  // namespace

ClusterExit run_cluster_command_line(int argc, char** argv, ClusterLink& link,
                                     const std::atomic<bool>& interrupted) {
  return ClusterCommandLine(link, interrupted).run(argc, argv);
}

}  // namespace pmembench
