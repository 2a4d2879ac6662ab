// pmembench characterize: how often each inference of a memory's structure is right.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "characterize/self_test.hpp"
#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

class CharacterizeCommand final : public Command {
 public:
  explicit CharacterizeCommand(CLI::App& app)
      : Command(app.add_subcommand(
            "characterize",
            "Count how often the inferences of a memory's structure are right, on simulated "
            "devices.")) {
    subcommand_->footer(
        "Devices are drawn at random and simulated in virtual time; docs/characterize.md says what "
        "each property is.\n"
        "Examples:\n  pmembench characterize --self-test 20\n"
        "  pmembench characterize --self-test 1000 --noise 0.1 --only capacity,read_line");
    subcommand_->add_option("--self-test", devices_, "Test on N simulated devices.")
        ->type_name("DEVICES")
        ->required();
    subcommand_
        ->add_option("--noise", noise_,
                     "Noise of a slice, as the standard deviation of its logarithm. Without it: "
                     "0.03.")
        ->type_name("SHARE");
    subcommand_->add_option("--seed", seed_, "Draw other devices. Without it: 1.")
        ->type_name("NUMBER");
    subcommand_->add_option("--only", only_, "Properties to test, by name. Without it: all.")
        ->type_name("LIST")
        ->delimiter(',');
    subcommand_->add_flag("--json", as_json_, "Print one JSON object.");
  }

  Result<int> run(const GlobalOptions& /*global*/) override {
    constexpr unsigned kMostDevices = 100'000;
    if (devices_ < 1 || devices_ > kMostDevices) {
      return usage_error("--self-test {}: write a number of devices from 1 to {}", devices_,
                         kMostDevices);
    }
    if (!(noise_ >= 0 && noise_ <= 1)) {
      return usage_error("--noise {}: write a share from 0 to 1, such as 0.03", noise_);
    }
    if (const Status known = check_names(); !known) return known.error();
    const std::atomic<bool>& interrupted = catch_interrupts();
    SelfTestSpec spec;
    spec.devices = devices_;
    spec.seed = seed_;
    spec.noise = stated_noise(noise_);
    spec.only = only_;
    spec.goes_on = [&](unsigned) { return !interrupted.load(); };
    const std::vector<PropertyScore> scores = self_test(spec);
    as_json_ ? print_scores(scores) : print_table(scores);
    return interrupted.load() ? kStatusInterrupted : kStatusDone;
  }

 private:
  [[nodiscard]] Status check_names() const {
    const std::vector<std::string>& names = property_list();
    for (const std::string& each : only_) {
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
      list.push_back({{"property", score.property},
                      {"right", score.right},
                      {"wrong", score.wrong},
                      {"not_determined", score.not_determined}});
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
  }

  unsigned devices_ = 0;
  double noise_ = 0.03;
  std::uint64_t seed_ = 1;
  std::vector<std::string> only_;
  bool as_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_characterize_command(CLI::App& app) {
  return std::make_unique<CharacterizeCommand>(app);
}

}  // namespace pmembench
