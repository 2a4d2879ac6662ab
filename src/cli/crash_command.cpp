// pmembench crash: what is left of acknowledged writes when the power is cut?
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "base/units.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "crash/crash_targets.hpp"
#include "results/store.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

constexpr int kCrashSchemaVersion = 1;

std::vector<std::string> target_names() {
  std::vector<std::string> names;
  for (const CrashTarget& target : crash_target_list()) names.emplace_back(target.name);
  return names;
}

json json_of(const CrashOutcome& outcome) {
  return {{"target", outcome.target},
          {"crashes", outcome.crashes},
          {"torn", outcome.torn},
          {"acknowledged_lost", outcome.acknowledged_lost},
          {"neighbours_damaged", outcome.neighbours_damaged},
          {"broken_invariants", outcome.broken_invariants},
          {"expected", outcome.expected},
          {"holds", outcome.holds},
          {"example", outcome.example}};
}

// A zero is what one looks for: a word is easier to find than a digit.
std::string share(std::uint64_t count) { return count == 0 ? "none" : std::to_string(count); }

class CrashCommand final : public Command {
 public:
  explicit CrashCommand(CLI::App& app)
      : Command(app.add_subcommand("crash",
                                   "Cut the power in a model of memory and check what is left.")) {
    subcommand_->add_option("--target", targets_, "Targets that are written to. Without it: all.")
        ->delimiter(',')
        ->type_name("LIST");
    subcommand_->add_option("--crashes", crashes_, "Power cuts for each target.")
        ->capture_default_str()
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{100'000'000}));
    seed_option_ = subcommand_->add_option(
        "--seed", seed_, "Seed of everything that is random. Without it: a new one.");
    subcommand_
        ->add_option("--db", database_, "Store the outcomes in this results file, for reports.")
        ->type_name("FILE");
    subcommand_->add_flag("--json", as_json_, "Print the outcomes as one JSON object.");
    subcommand_->footer(
        fmt::format("Targets: {}.\n"
                    "Exit status 1: a target did not keep its promise.\n"
                    "Example: pmembench crash --target btt,rmw --crashes 4000 --seed 7",
                    fmt::join(target_names(), ", ")));
  }

  Result<int> run(const GlobalOptions&) override {
    std::vector<const CrashTarget*> targets;
    for (const std::string& name : targets_.empty() ? target_names() : targets_) {
      const CrashTarget* target = find_crash_target(name);
      if (target == nullptr) return unknown(name);
      targets.push_back(target);
    }
    auto store = open_store();
    if (!store) return store.error();
    if (seed_option_->empty()) seed_ = std::random_device{}();
    std::vector<CrashOutcome> outcomes;
    for (const CrashTarget* target : targets) {
      say(stderr, fmt::format("{}: {} crashes, seed {}\n", target->name, crashes_, seed_));
      outcomes.push_back(target->run({crashes_, seed_}));
      outcomes.back().target = target->name;
    }
    const bool all_hold = std::all_of(outcomes.begin(), outcomes.end(),
                                      [](const CrashOutcome& outcome) { return outcome.holds; });
    // What was found is said even if it cannot be stored.
    if (const Status kept = keep(*store, outcomes, all_hold); !kept) {
      say(stderr,
          fmt::format("pmembench: the outcomes are not stored: {}\n", kept.error().message));
    }
    as_json_ ? print_json(document_of(outcomes), 2) : print_table(outcomes);
    return all_hold ? kStatusDone : kStatusFound;
  }

 private:
  static Error unknown(const std::string& name) {
    const std::vector<std::string> names = target_names();
    const std::string near = nearest(name, names);
    return usage_error("there is no crash target '{}'{}; there are: {}", name,
                       near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near),
                       fmt::join(names, ", "));
  }

  // In the results file, where the report finds it.
  Status keep(std::optional<Store>& store, const std::vector<CrashOutcome>& outcomes,
              bool all_hold) const {
    if (!store) return {};
    const auto kept = store->save_document(
        {0, "", "crash", std::nullopt, all_hold ? "PASS" : "BROKEN", document_of(outcomes)});
    return kept ? Status() : kept.error();
  }

  // Before the first crash: a name that does not do must not cost the outcomes.
  [[nodiscard]] Result<std::optional<Store>> open_store() const {
    if (database_.empty()) return std::optional<Store>();
    auto store = Store::open(database_, Store::Mode::write);
    if (!store) return store.error();
    return std::optional<Store>(*std::move(store));
  }

  [[nodiscard]] json document_of(const std::vector<CrashOutcome>& outcomes) const {
    json all = {{"schema", "pmembench-crash"},
                {"version", kCrashSchemaVersion},
                {"seed", std::to_string(seed_)},
                {"outcomes", json::array()}};
    for (const CrashOutcome& outcome : outcomes) all["outcomes"].push_back(json_of(outcome));
    return all;
  }

  void print_table(const std::vector<CrashOutcome>& outcomes) const {
    TextTable table({{"target"},
                     {"crashes", Align::right},
                     {"torn in flight", Align::right},
                     {"acknowledged lost", Align::right},
                     {"neighbours damaged", Align::right},
                     {"structure broken", Align::right},
                     {"verdict"},
                     {"what to expect"}});
    for (const CrashOutcome& outcome : outcomes) {
      table.add({outcome.target, std::to_string(outcome.crashes), share(outcome.torn),
                 share(outcome.acknowledged_lost), share(outcome.neighbours_damaged),
                 share(outcome.broken_invariants), outcome.holds ? "as expected" : "BROKEN",
                 outcome.expected});
    }
    print_text(table.text());
    for (const CrashOutcome& outcome : outcomes) {
      if (!outcome.holds) {
        print_text(fmt::format("{} broke its promise: {}\n", outcome.target, outcome.example));
      }
    }
    print_text(fmt::format(
        "\nCounts are crashes that showed it, in a model of memory (64-byte lines, 8-byte stores, "
        "nothing durable before its fence); seed {}.\n",
        seed_));
  }

  std::string database_;
  std::vector<std::string> targets_;
  std::uint64_t crashes_ = 4000;
  std::uint64_t seed_ = 0;
  CLI::Option* seed_option_ = nullptr;
  bool as_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_crash_command(CLI::App& app) {
  return std::make_unique<CrashCommand>(app);
}

}  // namespace pmembench
