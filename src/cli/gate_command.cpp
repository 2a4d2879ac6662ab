// pmembench gate: measures a base and a head side by side and reports whether the head is slower.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/campaign_options.hpp"
#include "cli/commands.hpp"
#include "cli/comparison_files.hpp"
#include "cli/comparison_table.hpp"
#include "cli/gate_self_test.hpp"
#include "cli/gate_session.hpp"
#include "cli/gate_sides.hpp"
#include "cli/interrupt.hpp"
#include "cli/media_checks.hpp"
#include "cli/output.hpp"
#include "cli/progress_line.hpp"
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
      for (const ArmTriple& triple : cell.triples) {
        huge += triple.arms[arm].huge_share;
        switches += triple.arms[arm].involuntary_switches;
        steal = std::max(steal, triple.arms[arm].steal_share);
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
      : Command(app.add_subcommand("gate", "Decide whether a head is slower than its base.")) {
    CLI::App& gate = *subcommand_;
    gate.footer(
        "Exit status: 0 not slower, 1 slower (confirmed by fresh processes), 2 wrong usage, 3 "
        "undecided (with --strict), 4 a cell did not run or cannot be trusted.\n"
        "Examples:\n  pmembench gate --base old/pmembench --head new/pmembench configs/gate.yaml\n"
        "  pmembench gate --base a/pmembench-my.so --head b/pmembench-my.so mine.yaml\n"
        "  pmembench gate --head-env GLIBC_TUNABLES=glibc.malloc.hugetlb=1 configs/gate.yaml\n"
        "  pmembench gate --self-test --slowdown 3%,5%,10% configs/gate.yaml");
    options_.add_to(gate, "Time for further measurements of undecided cells, such as 3m.");
    const auto add = [&](const char* name, auto& value, const char* help, const char* type) {
      return gate.add_option(name, value, help)->type_name(type);
    };
    add("--base", words_.base,
        "The base: a pmembench or a pmembench-NAME.so. Without it: this pmembench.", "FILE");
    add("--head", words_.head, "The head, which is judged: of the same kind as the base.", "FILE");
    add("--head-env", words_.head_settings, "Set this in the environment of the head's workers.",
        "KEY=VALUE")
        ->allow_extra_args(false);
    add("--head-media", words_.head_media, "Let the head use this medium.", "MEDIUM");
    add("--base-label", words_.base_label,
        "Name of the base. With --db, the history against it gets a point.", "NAME");
    add("--head-label", words_.head_label, "Name of the head, such as its commit.", "NAME");
    add("--replicates", replicates_, "Fresh processes of each arm in each stage.", "COUNT")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str();
    add("--minimal-effect", minimal_effect_, "Ignore changes smaller than this.", "SHARE")
        ->capture_default_str();
    gate.add_flag("--strict", rules_.strict, "Exit with status 3 if a cell stays undecided.");
    gate.add_flag("--destroy", destroy_, "Allow existing content of the media to be overwritten.");
    gate.add_flag("--explain", explain_, "Explain the reason codes.");
    gate.add_flag("--json", as_json_, "Print the comparison as one JSON document.");
    files_.add_to(gate);
    add("--db", database_, "Store the document in this file too.", "FILE");
    gate.add_flag("--self-test", self_test_,
                  "Gate this pmembench against itself, to find how often it alarms falsely and, "
                  "with --slowdown, what it detects.");
    add("--slowdown", slowdowns_, "Slow the head down by these shares, with real work.",
        "SHARE,...")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->needs("--self-test");
    add("--suites", suites_, "Real suites of each kind in the self-test.", "COUNT")
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
    const auto slowdowns = read_slowdowns();
    if (!slowdowns) return slowdowns.error();
    auto campaign = options_.read();
    if (!campaign) return campaign.error();
    auto sides = self_test_ ? self_test_sides(global) : gate_sides(words_, global);
    if (!sides) return sides.error();
    GlobalOptions planning = global;
    planning.plugins.insert(planning.plugins.end(), sides->plugins.begin(), sides->plugins.end());
    const auto host = open_host(planning);
    if (!host) return host.error();
    const Topology topology = read_topology("/");
    const PlanInput planned{&host->registry, &topology, destroy_, "/"};
    const auto note = use_judged_backend(*sides, options_.asked_backend(), *campaign, planned);
    if (!note) return note.error();
    if (!note->empty()) say(stderr, *note + "\n");
    auto plan = make_plan(*campaign, planned);
    if (!plan) return plan.error();
    const Status usable = skip_unusable_media(*plan, host->registry, destroy_);
    if (!usable) return usable.error();
    rules_.confidence = plan->settings.confidence;
    const Status files = open_outputs(*plan);
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
    const auto comparison = self_test_ ? test_self(*plan, *slowdowns, runner, clock, line)
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

  Result<std::vector<double>> read_slowdowns() const {
    std::vector<double> shares;
    for (const std::string& text : slowdowns_) {
      const auto share = read_share("--slowdown", text);
      if (!share) return share.error();
      shares.push_back(*share);
    }
    return shares;
  }

  // Before anything is measured: a name that does not do must not cost a measurement.
  Status open_outputs(const Plan& plan) {
    std::vector<NamedPath> inputs = media_paths(plan);
    inputs.push_back({"the campaign", options_.file});
    inputs.push_back({"--base", words_.base});
    inputs.push_back({"--head", words_.head});
    if (Status apart = keep_results_apart(database_, inputs); !apart) return apart;
    for (const NamedPath& file : results_file(database_)) inputs.push_back(file);
    if (Status made = files_.open(inputs); !made) return made;
    if (database_.empty()) return {};
    auto store = Store::open(database_, Store::Mode::write);
    if (!store) return store.error();
    store_ = *std::move(store);
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

  Result<Comparison> test_self(const Plan& plan, const std::vector<double>& slowdowns,
                               GateRunner& runner, const Clock& clock, ProgressLine& line) {
    const auto load_before = read_environment("/").load_1min;
    SelfTestSettings settings;
    settings.slowdowns = slowdowns;
    settings.suites = suites_;
    settings.replicates = replicates_;
    settings.seed = plan.settings.seed;
    const auto levels = self_test(
        plan, settings, rules_, [&](const GateStage& stage) { return runner.measure(stage); },
        [&](const auto& shares) { runner.set_slowdowns(shares); }, clock,
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
    files_.write(comparison);
    const Status stored = store_ ? store(comparison, document) : Status();
    if (!stored) {
      say(stderr,
          fmt::format("pmembench: the verdict is not stored: {}\n", stored.error().message));
    }
    if (as_json_) {
      print_json(document, 2);
    } else {
      print_text(text_.empty() ? comparison_text(comparison, explain_) : text_);
    }
    return comparison.exit;
  }

  Status store(const Comparison& comparison, const nlohmann::json& document) {
    DocumentRecord record;
    record.created_utc = comparison.created_utc;
    record.kind = comparison.kind;
    record.verdict = name_of(comparison.verdict);
    record.document = document;
    // A point needs a reference that keeps its name.
    if (!words_.base_label.empty()) return store_->add_history(history_points(comparison), &record);
    const auto id = store_->save_document(record);
    if (!id) return id.error();
    return {};
  }

  CampaignOptions options_;
  GateWords words_;
  GateRules rules_;
  unsigned replicates_ = 20, suites_ = 1;
  std::string minimal_effect_ = "2%", database_;
  ComparisonFiles files_;
  std::optional<Store> store_;  // open as long as it is measured
  std::vector<std::string> slowdowns_;
  nlohmann::json more_ = nlohmann::json::object();  // of the document, next to the comparison
  std::string text_;                                // for people; empty: the gate's table
  bool destroy_ = false, explain_ = false, as_json_ = false, self_test_ = false;
};

}  // namespace

std::unique_ptr<Command> make_gate_command(CLI::App& app) {
  return std::make_unique<GateCommand>(app);
}

}  // namespace pmembench
