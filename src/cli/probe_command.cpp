// pmembench probe: what this host is.
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/probe_report.hpp"
#include "measure/timer.hpp"
#include "platform/host_tree.hpp"

namespace pmembench {
namespace {

class ProbeCommand final : public Command {
 public:
  explicit ProbeCommand(CLI::App& app)
      : Command(app.add_subcommand(
            "probe",
            "Print what this host has: CPU, caches, NUMA, dax, nd, cxl and block devices.")) {
    subcommand_->footer("Example: pmembench probe --json");
    subcommand_->add_option("--root", root_, "Read /sys and /proc below this folder.")
        ->type_name("DIR")
        ->capture_default_str();
    subcommand_->add_flag("--json", as_json_, "Print one JSON object.");
  }

  Result<int> run(const GlobalOptions& /*global*/) override {
    if (!HostTree(root_).is_directory("")) {
      return usage_error("--root {} is not a folder: name one that holds a host's sys and proc",
                         root_);
    }
    nlohmann::json facts = probe_json(root_);
    facts["timer"] = timer();
    as_json_ ? print_json(facts, 2) : print_text(probe_text(facts));
    return kStatusDone;
  }

 private:
  // Only the running host has a clock; of another tree it is not known.
  [[nodiscard]] nlohmann::json timer() const {
    if (root_ != "/") return "unknown";
    const auto timer = calibrate_timer(true);
    if (!timer) return timer.error().message;
    return {{"ghz", 1 / timer->ns_per_tick},
            {"step_ns", timer->step_ns},
            {"floor_issue_ns", timer->floor_issue_ns},
            {"floor_durable_ns", timer->floor_durable_ns},
            {"invariant", timer->invariant}};
  }

  std::string root_ = "/";
  bool as_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_probe_command(CLI::App& app) {
  return std::make_unique<ProbeCommand>(app);
}

}  // namespace pmembench
