// pmembench rules: the rules of the design, each tried on a device in memory.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "cli/commands.hpp"
#include "cli/host.hpp"
#include "cli/output.hpp"
#include "cli/text_table.hpp"
#include "run/rules.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

class RulesCommand final : public Command {
 public:
  explicit RulesCommand(CLI::App& app)
      : Command(app.add_subcommand(
            "rules", "Try the rules of the design, each as a small experiment in memory.")) {
    subcommand_->footer(
        "The numbers are those of docs/design-discussion.md.\n"
        "Exit status 1: a rule does not hold.\n"
        "Examples:\n  pmembench rules\n  pmembench rules 22 25 26");
    subcommand_->add_option("rule", numbers_, "Rules to try, by number. Without it: all.")
        ->type_name("NUMBER");
    subcommand_->add_flag("--json", as_json_, "Print one JSON object.");
  }

  Result<int> run(const GlobalOptions& global) override {
    const auto host = open_host(global);
    if (!host) return host.error();
    for (const unsigned number : numbers_) {
      const auto& all = design_rules();
      const bool known = std::any_of(all.begin(), all.end(),
                                     [&](const DesignRule& rule) { return rule.number == number; });
      if (!known) return unknown(number);
    }
    const RuleHost rules{host->registry, host->info};
    json list = json::array();
    bool all_hold = true;
    for (const DesignRule& rule : design_rules()) {
      const bool wanted = numbers_.empty() || std::find(numbers_.begin(), numbers_.end(),
                                                        rule.number) != numbers_.end();
      if (!wanted) continue;
      RuleSeen seen;
      rule.run(rules, seen);
      const bool holds = seen.broken().empty();
      all_hold = all_hold && holds;
      list.push_back({{"rule", rule.number},
                      {"claim", rule.claim},
                      {"holds", holds},
                      {"seen", seen.text()},
                      {"broken", seen.broken()}});
    }
    as_json_ ? print_json({{"rules", list}}, 2) : print_table(list);
    return all_hold ? kStatusDone : kStatusFound;
  }

 private:
  static Error unknown(unsigned number) {
    std::vector<unsigned> numbers;
    for (const DesignRule& rule : design_rules()) numbers.push_back(rule.number);
    return usage_error("there is no rule {}; there are: {}", number, fmt::join(numbers, ", "));
  }

  static void print_table(const json& list) {
    TextTable table({{"rule", Align::right}, {"claim"}, {"holds"}, {"what was seen"}});
    for (const json& rule : list) {
      const bool holds = rule["holds"].get<bool>();
      const std::string seen = rule["seen"].get<std::string>();
      table.add({std::to_string(rule["rule"].get<unsigned>()), rule["claim"].get<std::string>(),
                 holds ? "yes" : "NO",
                 holds ? seen : fmt::format("expected: {}", rule["broken"].get<std::string>())});
    }
    print_text(table.text());
  }

  std::vector<unsigned> numbers_;
  bool as_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_rules_command(CLI::App& app) {
  return std::make_unique<RulesCommand>(app);
}

}  // namespace pmembench
