// pmembench gate: measures a base and a head beside each other and says whether the head is slower.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>
#include <nlohmann/json.hpp>

#include "cli/campaign_options.hpp"
#include "cli/commands.hpp"
#include "cli/comparison_table.hpp"
#include "cli/gate_self_test.hpp"
#include "cli/gate_session.hpp"
#include "cli/gate_sides.hpp"
#include "cli/interrupt.hpp"
#include "cli/media_checks.hpp"
#include "cli/output.hpp"
#include "cli/progress_line.hpp"
#include "cli/report_file.hpp"
#include "cli/share_option.hpp"
#include "cli/utc_time.hpp"
#include "platform/environment.hpp"
#include "platform/executable.hpp"
#include "results/store.hpp"

namespace pmembench {
namespace {

nlohmann::json environment_json(std::optional<double> load_before,
                                const std::vector<ArmSamples>& samples) {
  const EnvironmentFacts facts = read_environment("/");
  nlohmann::json arms = nlohmann::json::object();
  double steal = 0;
  for (std::size_t arm = 0; arm < kArms; ++arm) {
    double huge = 0;
    std::uint64_t switches = 0;
    std::size_t count = 0;
    for (const ArmSamples& cell : samples) {
      for (const ArmTrio& trio : cell.trios) {
        huge += trio.arms[arm].huge_share;
        switches += trio.arms[arm].involuntary_switches;
        steal = std::max(steal, trio.arms[arm].steal_share);
        ++count;
      }
    }
    arms[std::string(name_of(static_cast<Arm>(arm)))] = {
        {"huge_share", count == 0 ? 0 : huge / static_cast<double>(count)},
        {"involuntary_switches", switches}};
  }
  const auto number = [](std::optional<double> value) {
    return value ? nlohmann::json(*value) : nlohmann::json();
  };
  return {{"machine_fingerprint", machine_fingerprint("/")},
          {"kernel", facts.kernel},
          {"governor", facts.governor},
          {"turbo", facts.turbo},
          {"thp_enabled", facts.thp_enabled},
          {"virtualisation", facts.virtualisation},
          {"load_1min_before", number(load_before)},
          {"load_1min_after", number(facts.load_1min)},
          {"largest_steal_share", steal},
          {"arms", arms}};
}

class GateCommand final : public Command {
 public:
  explicit GateCommand(CLI::App& app)
      : Command(app.add_subcommand("gate", "Say whether a head is slower than its base")) {
    CLI::App& gate = *subcommand_;
    gate.footer(
        "Exit status: 0 not slower, 1 slower (confirmed by fresh processes), 3 undecided (with "
        "--strict),\n4 a cell did not run or cannot be trusted, 2 wrong usage.\n"
        "Examples:\n  pmembench gate --base old/pmembench --head new/pmembench configs/gate.yaml\n"
        "  pmembench gate --base a/pmembench-my.so --head b/pmembench-my.so mine.yaml\n"
        "  pmembench gate --head-env GLIBC_TUNABLES=glibc.malloc.hugetlb=1 configs/gate.yaml\n"
        "  pmembench gate --self-test --plant 3%,5%,10% configs/gate.yaml");
    options_.add_to(gate, "Time in which undecided cells are measured on, as in 3m");
    const auto add = [&](const char* name, auto& value, const char* help, const char* type) {
      return gate.add_option(name, value, help)->type_name(type);
    };
    add("--base", words_.base, "pmembench, or pmembench-NAME.so; else this pmembench", "FILE");
    add("--head", words_.head, "What is judged: of the same kind as the base", "FILE");
    add("--head-env", words_.head_settings, "Environment of the head's workers (repeatable)",
        "KEY=VALUE")
        ->allow_extra_args(false);
    add("--head-media", words_.head_media, "The head works on this medium", "MEDIUM");
    add("--base-label", words_.base_label,
        "What the base is called: with --db, the history against it gets a point", "NAME");
    add("--head-label", words_.head_label, "What the head is called, as in a commit", "NAME");
    add("--replicates", replicates_, "Fresh processes of each arm in each stage", "COUNT")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    add("--minimal-effect", minimal_effect_, "Smaller changes do not matter", "SHARE")
        ->capture_default_str();
    gate.add_flag("--strict", rules_.strict, "Exit 3 where a cell stays undecided");
    gate.add_flag("--destroy", destroy_, "Existing content of the media may be overwritten");
    gate.add_flag("--explain", explain_, "Say what the reason codes mean");
    gate.add_flag("--json", as_json_, "Print the comparison as one JSON document");
    add("--markdown", markdown_, "Also write a summary in Markdown", "FILE");
    add("--junit", junit_, "Also write the verdicts as JUnit XML", "FILE");
    add("--db", database_, "Also store the document here", "FILE");
    gate.add_flag("--self-test", self_test_,
                  "Gate this pmembench against itself: false alarms, and with --plant its power");
    add("--plant", plants_, "Slow the head down by these shares: real work", "SHARE,...")
        ->delimiter(',')
        ->needs("--self-test");
    add("--suites", suites_, "Real suites of each kind in the self-test", "COUNT")
        ->check(CLI::Range(1, 100000))
        ->capture_default_str()
        ->needs("--self-test");
  }

  Result<int> run(const GlobalOptions& global) override {
    auto status = gate(global);
    if (!status && status.error().kind == ErrorKind::interrupted) {
      say(stderr, "interrupted: a gate that did not end has no verdict\n");
      return kStatusInterrupted;
    }
    // 3 says "undecided" here: what this host cannot do has failed, and must not read as that.
    if (!status && status.error().kind == ErrorKind::environment) {
      return Error{ErrorKind::runtime, status.error().message, status.error().code};
    }
    return status;
  }

 private:
  Result<int> gate(const GlobalOptions& global) {
    const std::atomic<bool>& interrupt = catch_interrupts();
    const auto effect = read_share("--minimal-effect", minimal_effect_);
    if (!effect) return effect.error();
    rules_.minimal_effect = *effect;
    rules_.require_same_pages = words_.head_media.empty();
    const auto plants = read_plants();
    if (!plants) return plants.error();
    const auto campaign = options_.read();
    if (!campaign) return campaign.error();
    auto sides = self_test_ ? self_test_sides(global) : gate_sides(words_, global);
    if (!sides) return sides.error();
    GlobalOptions planning = global;
    planning.plugins.insert(planning.plugins.end(), sides->plugins.begin(), sides->plugins.end());
    const auto host = open_host(planning);
    if (!host) return host.error();
    const Topology topology = read_topology("/");
    auto plan = make_plan(*campaign, {&host->registry, &topology, destroy_, "/"});
    if (!plan) return plan.error();
    const Status usable = skip_unusable_media(*plan, host->registry, destroy_);
    if (!usable) return usable.error();
    rules_.confidence = plan->settings.confidence;
    const Status files = make_files();
    if (!files) return files.error();
    ProgressLine line(stderr, isatty(STDERR_FILENO) != 0);
    const MonotonicClock clock;
    GateInput input;
    input.plan = &*plan;
    input.arms = sides->arms;
    input.destroy = destroy_;
    std::vector<std::unique_ptr<WorkerLauncher>> launchers;
    for (std::size_t arm = 0; arm < kArms; ++arm) {
      WorkerSettings& settings = input.arms[arm].workers;
      settings.destroy = destroy_;
      settings.interrupted = &interrupt;
      launchers.push_back(std::make_unique<WorkerLauncher>(settings));
      input.workers[arm] = launchers.back().get();
    }
    input.clock = &clock;
    input.progress = [&line](const Progress& progress) { line.show(progress); };
    GateRunner runner(std::move(input));
    const auto comparison = self_test_ ? test_self(*plan, *plants, runner, clock, line)
                                       : judge(*plan, runner, clock, line);
    line.clear();
    if (!comparison) return comparison.error();
    return deliver(*comparison, *plan, *sides, global);
  }

  // This binary on both sides.
  Result<GateSides> self_test_sides(const GlobalOptions& global) const {
    if (!words_.head.empty() || !words_.head_settings.empty() || !words_.head_media.empty()) {
      return usage_error(
          "--self-test compares one pmembench with itself: leave out --head, --head-env and "
          "--head-media");
    }
    GateWords words = words_;
    words.head = words.base;
    if (words.base.empty()) {
      const auto own = executable_path();
      if (!own) return own.error();
      words.base = words.head = *own;
    }
    return gate_sides(words, global);
  }

  Result<std::vector<double>> read_plants() const {
    std::vector<double> shares;
    for (const std::string& text : plants_) {
      const auto share = read_share("--plant", text);
      if (!share) return share.error();
      shares.push_back(*share);
    }
    return shares;
  }

  // Before anything is measured: a name that does not do must not cost a measurement.
  Status make_files() const {
    for (const auto& [path, option] :
         {std::pair(&markdown_, "--markdown"), std::pair(&junit_, "--junit")}) {
      const Status made = path->empty() ? Status() : write_report_file(*path, "", option);
      if (!made) return made;
    }
    return {};
  }

  Result<Comparison> judge(const Plan& plan, GateRunner& runner, const Clock& clock,
                           ProgressLine& line) {
    const auto load_before = read_environment("/").load_1min;
    GateSamples samples;
    const GateSchedule schedule{replicates_, plan.settings.budget_ns};
    const auto suite = run_gate(
        plan, schedule, rules_, [&](const GateStage& stage) { return runner.measure(stage); },
        clock, [&](const std::string& text) { line.say(text); }, samples);
    if (!suite) return suite.error();
    Comparison comparison;
    comparison.kind = "gate";
    adopt(*suite, rules_, comparison);
    more_["environment"] = environment_json(load_before, samples.stage1);
    return comparison;
  }

  Result<Comparison> test_self(const Plan& plan, const std::vector<double>& plants,
                               GateRunner& runner, const Clock& clock, ProgressLine& line) {
    const auto load_before = read_environment("/").load_1min;
    SelfTestSettings settings;
    settings.plants = plants;
    settings.suites = suites_;
    settings.replicates = replicates_;
    settings.seed = plan.settings.seed;
    const auto levels = self_test(
        plan, settings, rules_, [&](const GateStage& stage) { return runner.measure(stage); },
        [&](const auto& shares) { runner.set_plants(shares); }, clock,
        [&](const std::string& text) { line.say(text); });
    if (!levels) return levels.error();
    more_["environment"] = environment_json(load_before, {});
    more_["self_test"] = to_json(*levels);
    text_ = self_test_text(*levels, settings);
    Comparison comparison = self_test_comparison(*levels, settings, rules_);
    comparison.slices = plan.settings.slices;
    return comparison;
  }

  Result<int> deliver(Comparison comparison, const Plan& plan, const GateSides& sides,
                      const GlobalOptions& global) {
    comparison.created_utc = now_utc();
    comparison.command_line = global.command_line;
    comparison.seed = std::to_string(plan.settings.seed);
    comparison.base = sides.base;
    comparison.head = sides.head;
    comparison.environment_differences = sides.differences;
    auto document = to_json(comparison);
    for (const auto& [key, value] : more_.items()) document[key] = value;
    if (as_json_) {
      fmt::print("{}\n", document.dump(2));
    } else {
      fmt::print("{}", text_.empty() ? comparison_text(comparison, explain_) : text_);
    }
    const Status written = write_files(comparison);
    if (!written) return written.error();
    if (!database_.empty()) {
      const Status stored = store(comparison, document);
      if (!stored) return stored.error();
    }
    return comparison.exit;
  }

  Status write_files(const Comparison& comparison) const {
    Status written;
    if (!markdown_.empty()) {
      written = write_report_file(markdown_, comparison_markdown(comparison), "--markdown");
    }
    if (!written || junit_.empty()) return written;
    return write_report_file(junit_, comparison_junit(comparison), "--junit");
  }

  Status store(const Comparison& comparison, const nlohmann::json& document) const {
    auto store = Store::open(database_, Store::Mode::write);
    if (!store) return store.error();
    DocumentRecord record;
    record.created_utc = comparison.created_utc;
    record.kind = comparison.kind;
    record.verdict = name_of(comparison.verdict);
    record.document = document;
    // A point needs a reference that keeps its name.
    if (!words_.base_label.empty()) return store->add_history(history_points(comparison), &record);
    const auto id = store->save_document(record);
    if (!id) return id.error();
    return {};
  }

  CampaignOptions options_;
  GateWords words_;
  GateRules rules_;
  unsigned replicates_ = 20, suites_ = 1;
  std::string minimal_effect_ = "2%", markdown_, junit_, database_;
  std::vector<std::string> plants_;
  nlohmann::json more_ = nlohmann::json::object();  // of the document, beside the comparison
  std::string text_;                                // for people; empty: the gate's table
  bool destroy_ = false, explain_ = false, as_json_ = false, self_test_ = false;
};

}  // namespace

std::unique_ptr<Command> make_gate_command(CLI::App& app) {
  return std::make_unique<GateCommand>(app);
}

}  // namespace pmembench
