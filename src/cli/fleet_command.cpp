// pmembench fleet: which hosts of several are slower than the rest?
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/fleet_runs.hpp"
#include "cli/output.hpp"
#include "cli/share_option.hpp"

namespace pmembench {
namespace {

class FleetCommand final : public Command {
 public:
  explicit FleetCommand(CLI::App& app)
      : Command(app.add_subcommand(
            "fleet", "Compare runs of the same campaign on several hosts, host by host.")) {
    subcommand_->footer(
        "RUN is the number of a run (or latest), FILE.db:NUMBER, or FILE.db for its latest run. "
        "Each host is tested against all others (Mann-Whitney, corrected for their number); it "
        "takes six processes or more a host.\n"
        "Exit status 1: a host is slower than the rest. 5: none is named, and one may be.\n"
        "Examples:\n  pmembench fleet n01.db n02.db n03.db n04.db\n"
        "  pmembench fleet 3 4 5 --minimal-effect 5%");
    subcommand_->add_option("runs", words_, "Runs of two hosts or more.")
        ->required()
        ->type_name("RUN");
    subcommand_->add_option("--db", database_, "Read runs that are numbers from this file.")
        ->type_name("FILE")
        ->capture_default_str();
    subcommand_->add_option("--minimal-effect", minimal_effect_, "Name no host for less than this.")
        ->type_name("SHARE")
        ->capture_default_str();
    subcommand_->add_flag("--json", as_json_, "Print the comparison as one JSON document.");
  }

  Result<int> run(const GlobalOptions&) override {
    StragglerRules rules;
    const auto effect = read_share("--minimal-effect", minimal_effect_);
    if (!effect) return effect.error();
    rules.minimal_effect = *effect;
    const auto runs = load_fleet(words_, database_);
    if (!runs) return runs.error();
    const auto fleet = fleet_of(*runs, rules);
    if (!fleet) return fleet.error();
    as_json_ ? print_json(fleet_document(*fleet, rules), 2) : print_text(fleet_text(*fleet));
    const HostVerdict verdict = verdict_of(*fleet);
    if (verdict == HostVerdict::slower) return kStatusFound;
    return verdict == HostVerdict::unknown ? kStatusUnfinished : kStatusDone;
  }

 private:
  std::vector<std::string> words_;
  std::string database_ = "pmembench.db", minimal_effect_ = "2%";
  bool as_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_fleet_command(CLI::App& app) {
  return std::make_unique<FleetCommand>(app);
}

}  // namespace pmembench
