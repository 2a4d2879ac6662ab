// pmembench characterize: the datasheet of a memory, and how often each of its lines is right.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "characterize/self_test.hpp"
#include "cli/characterize_plan.hpp"
#include "cli/characterize_session.hpp"
#include "cli/commands.hpp"
#include "cli/datasheet_text.hpp"
#include "cli/interrupt.hpp"
#include "cli/media_checks.hpp"
#include "cli/output.hpp"
#include "cli/output_file.hpp"
#include "cli/text_table.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

constexpr unsigned kMostDevices = 100'000;
constexpr unsigned kShortDevices = 100;
constexpr std::uint64_t kShortSelfTest_ns = 15'000'000'000;
constexpr double kFastestDurable_ns = 50;  // of a line that is made durable again and again

class CharacterizeCommand final : public Command {
 public:
  explicit CharacterizeCommand(CLI::App& app)
      : Command(app.add_subcommand(
            "characterize", "Write the datasheet of a memory, with the error rate of each line.")) {
    subcommand_->footer(
        "docs/characterize.md says what each property is and when it is not determined.\n"
        "Without --media it counts how often the inferences are right, on devices that are drawn "
        "at random and simulated.\n"
        "Examples:\n  pmembench characterize --media dram:256M\n"
        "  pmembench characterize --media /dev/dax0.0 --destroy --against dram:256M\n"
        "  pmembench characterize --media dram:256M --only capacity,read_line --json\n"
        "  pmembench characterize --self-test 1000 --noise 0.1 --only capacity,read_line");
    add_media_options();
    add_self_test_options();
    subcommand_->add_option("--only", wishes_.only, "Properties, by name. Without it: all.")
        ->type_name("LIST")
        ->delimiter(',');
    subcommand_->add_flag("--json", as_json_, "Print one JSON object.");
  }

  Result<int> run(const GlobalOptions& global) override {
    if (self_test_given_->count() > 0 && (devices_ < 1 || devices_ > kMostDevices)) {
      return usage_error("--self-test {}: write a number of devices from 1 to {}", devices_,
                         kMostDevices);
    }
    if (!(noise_ >= 0 && noise_ <= 1)) {
      return usage_error("--noise {}: write a share from 0 to 1, such as 0.03", noise_);
    }
    if (wishes_.media.empty()) return run_self_test();
    if (noise_given_->count() > 0) {
      return usage_error(
          "--noise is for a self-test alone: with --media it runs at the noise that the host "
          "shows");
    }
    return characterize(global);
  }

 private:
  void add_media_options() {
    subcommand_->add_option("--media", wishes_.media, "Write the datasheet of this medium.")
        ->type_name("MEDIUM");
    subcommand_
        ->add_option("--against", wishes_.against,
                     "Measure this medium in turns with it, and "
                     "print the figures of one over the other.")
        ->type_name("MEDIUM");
    subcommand_->add_option("--backend", wishes_.backend, "Measure this backend alone.")
        ->type_name("BACKEND");
    subcommand_
        ->add_option("--budget", wishes_.budget,
                     "Time for the probes and headline figures. Without it: 200s.")
        ->type_name("TIME");
    subcommand_->add_option("--db", database_, "Store the results in this file.")
        ->type_name("FILE")
        ->capture_default_str();
    subcommand_
        ->add_option("--constants", constants_,
                     "Write the sizes that were found as YAML that a campaign can include.")
        ->type_name("FILE");
    subcommand_->add_flag("--force", force_, "Overwrite the file that --constants names.");
    subcommand_->add_flag("--destroy", wishes_.destroy,
                          "Allow existing content of the media to be overwritten.");
    subcommand_->add_flag("--wear", wishes_.wear,
                          "Also write one line again and again, to find the period of wear "
                          "levelling.");
  }

  void add_self_test_options() {
    self_test_given_ =
        subcommand_
            ->add_option("--self-test", devices_,
                         "Test on N simulated devices; with --media at the noise that was "
                         "measured, in place of as many as 15 s hold.")
            ->type_name("DEVICES");
    noise_given_ = subcommand_
                       ->add_option("--noise", noise_,
                                    "Noise of a slice, as the standard deviation of its "
                                    "logarithm. Without it: 0.03.")
                       ->type_name("SHARE");
    subcommand_->add_option("--seed", seed_, "Draw other devices. Without it: 1.")
        ->type_name("NUMBER");
  }

  // ---- the datasheet

  Result<int> characterize(const GlobalOptions& global) {
    catch_interrupts();
    std::vector<std::string> names = datasheet_properties();
    names.emplace_back("figures");
    if (const Status known = check_names(names); !known) return known.error();
    if (const Status allowed = check_wear(); !allowed) return allowed.error();
    const auto host = open_host(global);
    if (!host) return host.error();
    auto constants = OutputFile::open(constants_, "--constants", force_);
    if (!constants) return constants.error();
    CharacterizePlans plans;
    std::map<std::string, std::string> identities;
    std::vector<NamedPath> media;
    for (const auto& [name, own] :
         {std::pair("characterize", &plans.probes), std::pair("stalls", &plans.stalls),
          std::pair("banks", &plans.banks), std::pair("wear", &plans.wear)}) {
      if (own == &plans.wear && !wishes_.wear) continue;
      CharacterizeWishes wishes = wishes_;
      if (own != &plans.probes) wishes.budget.clear();
      auto planned = plan_characterize(name, wishes, *host);
      if (!planned) return planned.error();
      *own = *std::move(planned);
      identities.merge(media_identities(own->plan));
      for (const NamedPath& each : media_paths(own->plan)) media.push_back(each);
      const Status usable = skip_unusable_media(own->plan, host->registry, wishes_.destroy);
      if (!usable) return usable.error();
    }
    const Status apart = keep_results_apart(database_, media);
    if (!apart) return apart.error();
    const SheetSelfTest test = self_test();
    say(stderr, time_text(plans, test));
    const auto outcome =
        characterize_media(plans, wishes_, test, *host, global, database_, identities);
    if (!outcome) return outcome.error();
    as_json_ ? print_json(to_json(outcome->sheet), 2) : print_text(datasheet_text(outcome->sheet));
    if (!constants_.empty()) {
      const Status written = constants->write(constants_yaml(outcome->sheet.media.front()));
      if (!written) return written.error();
    }
    return status_of(*outcome);
  }

  [[nodiscard]] Status check_wear() const {
    const bool asked =
        std::find(wishes_.only.begin(), wishes_.only.end(), "wear") != wishes_.only.end();
    if (asked && !wishes_.wear) {
      return usage_error("--only wear writes one line again and again: add --wear to allow that");
    }
    if (!wishes_.wear || wishes_.destroy) return {};
    return usage_error(
        "--wear writes one line of {} again and again, which uses up what wears: add --destroy if "
        "this medium may be worn and its content is not needed",
        wishes_.media);
  }

  [[nodiscard]] SheetSelfTest self_test() const {
    if (self_test_given_->count() > 0) return {devices_, 0, seed_};
    return {kShortDevices, kShortSelfTest_ns, seed_};
  }

  [[nodiscard]] static double budget_of(const CharacterizePlan& own) {
    return own.plan.cells.empty() ? 0 : static_cast<double>(own.plan.settings.budget_ns);
  }

  [[nodiscard]] std::string time_text(const CharacterizePlans& plans,
                                      const SheetSelfTest& test) const {
    const double sheets = wishes_.against.empty() ? 1 : 2;
    const double test_ns = sheets * static_cast<double>(test.most_ns);
    const double all = budget_of(plans.probes) + budget_of(plans.stalls) + budget_of(plans.banks) +
                       budget_of(plans.wear);
    std::string text = fmt::format("this takes at most {}: {} to measure, ",
                                   format_duration_ns(all + test_ns), format_duration_ns(all));
    text += test.most_ns == 0
                ? fmt::format("and the self-test on {} devices in addition\n", test.devices)
                : fmt::format("{} for the self-test\n", format_duration_ns(test_ns));
    if (!wishes_.wear) return text;
    const MeasureSettings& wear = plans.wear.plan.settings;
    // A warm-up, and a slice that may be taken again.
    const double seconds_ns = 3.0 * wear.maximum_replicates * static_cast<double>(wear.slice_ns);
    const double bytes = sheets * seconds_ns / kFastestDurable_ns * 64;
    return text + fmt::format("--wear writes one line of {} for {}: at most {} to that line\n",
                              wishes_.media, format_duration_ns(seconds_ns),
                              format_size(static_cast<std::uint64_t>(bytes)));
  }

  static Result<int> status_of(const CharacterizeOutcome& outcome) {
    if (outcome.interrupted) return kStatusInterrupted;
    if (outcome.failed > 0) {
      for (const std::string& each : outcome.sheet.failures) say(stderr, each + "\n");
      return runtime_error("{} cell{} of the datasheet failed; the lines above say which and why",
                           outcome.failed, outcome.failed == 1 ? "" : "s");
    }
    if (outcome.unmeasured > 0 || outcome.begun > 0) {
      say(stderr, fmt::format("unfinished: the budget ended with {} cells not measured and {} with "
                              "too few processes; give a larger --budget\n",
                              outcome.unmeasured, outcome.begun));
      return kStatusUnfinished;
    }
    return kStatusDone;
  }

  // ---- the self-test alone

  Result<int> run_self_test() {
    if (self_test_given_->count() == 0) {
      return usage_error(
          "no medium is named: give --media MEDIUM for its datasheet, or --self-test DEVICES");
    }
    if (const Status known = check_names(property_list()); !known) return known.error();
    const std::atomic<bool>& interrupted = catch_interrupts();
    SelfTestSpec spec;
    spec.devices = devices_;
    spec.seed = seed_;
    spec.noise = stated_noise(noise_);
    spec.only = wishes_.only;
    spec.goes_on = [&](unsigned) { return !interrupted.load(); };
    const std::vector<PropertyScore> scores = pmembench::self_test(spec);
    as_json_ ? print_scores(scores) : print_table(scores);
    return interrupted.load() ? kStatusInterrupted : kStatusDone;
  }

  [[nodiscard]] Status check_names(const std::vector<std::string>& names) const {
    for (const std::string& each : wishes_.only) {
      if (std::find(names.begin(), names.end(), each) != names.end()) continue;
      const std::string near = nearest(each, names);
      return usage_error("--only {}: there is no such property{}; there are {}", each,
                         near.empty() ? "" : fmt::format(" (did you mean {}?)", near),
                         fmt::join(names, ", "));
    }
    return {};
  }

  void print_scores(const std::vector<PropertyScore>& scores) const {
    json list = json::array();
    for (const PropertyScore& score : scores) {
      json mistakes = json::array();
      for (const Mistake& each : score.mistakes) {
        mistakes.push_back({{"device", each.device},
                            {"simulated", each.simulated},
                            {"inferred", each.inferred}});
      }
      list.push_back({{"property", score.property},
                      {"right", score.right},
                      {"wrong", score.wrong},
                      {"not_determined", score.not_determined},
                      {"mistakes", mistakes}});
    }
    print_json({{"noise", noise_}, {"seed", seed_}, {"properties", list}}, 2);
  }

  static void print_table(const std::vector<PropertyScore>& scores) {
    TextTable table({{"property"},
                     {"devices", Align::right},
                     {"right", Align::right},
                     {"wrong", Align::right},
                     {"not determined", Align::right}});
    for (const PropertyScore& score : scores) {
      const auto share = [&](unsigned count) {
        return fmt::format("{:.1f} %", 100.0 * count / std::max(1U, score.devices()));
      };
      table.add({score.property, fmt::format("{}", score.devices()), share(score.right),
                 share(score.wrong), share(score.not_determined)});
    }
    print_text(table.text());
    for (const PropertyScore& score : scores) {
      for (const Mistake& each : score.mistakes) {
        print_text(fmt::format("wrong: {} of device {}: simulated {}, inferred {}\n", score.property,
                               each.device, each.simulated, each.inferred));
      }
    }
  }

  CharacterizeWishes wishes_;
  CLI::Option* self_test_given_ = nullptr;
  CLI::Option* noise_given_ = nullptr;
  unsigned devices_ = 0;
  double noise_ = 0.03;
  std::uint64_t seed_ = 1;
  std::string database_ = "pmembench.db", constants_;
  bool as_json_ = false, force_ = false;
};

}  // namespace

std::unique_ptr<Command> make_characterize_command(CLI::App& app) {
  return std::make_unique<CharacterizeCommand>(app);
}

}  // namespace pmembench
