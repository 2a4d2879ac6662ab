// pmembench mlc: the modes of Intel's Memory Latency Checker, measured by ours.
#include <fmt/format.h>

#include <algorithm>

#include "cli/campaign_session.hpp"
#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/media_checks.hpp"
#include "cli/output.hpp"
#include "cli/output_file.hpp"
#include "config/campaign_reader.hpp"
#include "platform/topology.hpp"
#include "record/codec.hpp"
#include "results/mlc_text.hpp"
#include "results/stored_derived.hpp"
#include "run/slice_budget.hpp"
#include "translate/mlc_request.hpp"

#include <nlohmann/json.hpp>

namespace pmembench {
namespace {

class MlcCommand final : public Command {
 public:
  explicit MlcCommand(CLI::App& app)
      : Command(app.add_subcommand("mlc", "Measure what a command line of Intel MLC asks for.")) {
    // The words are MLC's.
    subcommand_->allow_extras()->fallthrough(false);
    subcommand_->footer(
        "Modes: --loaded_latency, --idle_latency, --latency_matrix, --bandwidth_matrix, "
        "--peak_injection_bandwidth, --max_bandwidth, --c2c_latency, --memory_bandwidth_scan.\n"
        "Options of MLC: -dDELAY, -W2 to -W10 and -R (traffic), -bSIZE, -lSTRIDE, -kCPUS, "
        "-tSECONDS; others are named and passed over.\n"
        "It prints MLC's tables, with an interval over at least six processes behind each value.\n"
        "Examples:\n  pmembench mlc --loaded_latency -W3\n"
        "  pmembench mlc --latency_matrix\n"
        "  pmembench mlc --loaded_latency --dry-run");
    subcommand_->add_option("--db", database_, "Store the results in this file.")
        ->type_name("FILE")
        ->capture_default_str();
    subcommand_->add_option("--set", assignments_, "Set a key of the campaign, such as budget=60s.")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    subcommand_->add_flag("--dry-run", dry_run_, "Print the campaign and measure nothing.");
    subcommand_->add_flag("--json", as_json_, "Print rows as JSON lines.");
  }

  Result<int> run(const GlobalOptions& global) override {
    const auto request = mlc_request(subcommand_->remaining());
    if (!request) return request.error();
    const Translation translation = mlc_translation(*request);
    const std::string text = campaign_text(translation, "mlc");
    if (dry_run_) {
      print_text(text);
      return kStatusDone;
    }
    for (const std::string& each : request->missing) {
      say(stderr, fmt::format("passed over: {}\n", each));
    }
    return measure(*request, text, global);
  }

 private:
  Result<Campaign> campaign_of(const std::string& text) const {
    const CampaignSchema schema = campaign_schema();
    auto campaign = read_campaign_text(text, "mlc", schema);
    if (!campaign) return campaign;
    campaign->name = "mlc";
    for (const std::string& assignment : assignments_) {
      if (const Status set = apply_set(*campaign, assignment, schema); !set) return set.error();
    }
    return campaign;
  }

  Result<int> measure(const MlcRequest& request, const std::string& text,
                      const GlobalOptions& global) {
    catch_interrupts();
    const auto campaign = campaign_of(text);
    if (!campaign) return campaign.error();
    const auto host = open_host(global);
    if (!host) return host.error();
    auto plan = plan_on_host(*campaign, *host, false);
    if (!plan) return plan.error();
    if (const Status holds = check_budget(*plan); !holds) return holds.error();
    std::map<std::string, std::string> identities = media_identities(*plan);
    const Status usable = skip_unusable_media(*plan, host->registry, false);
    if (!usable) return usable.error();
    const Status apart = keep_results_apart(database_, media_paths(*plan));
    if (!apart) return apart.error();
    auto store = Store::open(database_, Store::Mode::write);
    if (!store) return store.error();
    const auto measured = measure_campaign(
        *plan, *host, global, {database_, false, false, std::move(identities)}, *store);
    if (!measured) return measured.error();
    return deliver(request, *plan, *measured, *store);
  }

  Result<int> deliver(const MlcRequest& request, const Plan& plan, const MeasuredCampaign& measured,
                      const Store& store) const {
    const auto record = store.run(measured.run);
    if (!record) return record.error();
    const auto derived = derived_of(store, *record);
    if (!derived) return derived.error();
    if (as_json_) {
      for (const Row& row : measured.rows) print_json(to_json(row), -1);
    } else {
      print_text(tables_of(request, plan, measured.rows, *derived));
    }
    say(stderr, fmt::format("run {} is in {}\n", measured.run, database_));
    for (const Row& row : measured.rows) {
      if (row.status == "ok") continue;
      say(stderr, fmt::format("{}: {}: {}\n", row.status, row.cell, row.reason));
    }
    if (measured.outcome.interrupted) return kStatusInterrupted;
    if (measured.failed > 0) {
      return runtime_error("{} cell{} failed; the lines above say which and why", measured.failed,
                           measured.failed == 1 ? "" : "s");
    }
    if (measured.measured == 0 && measured.unmeasured == 0) {
      return environment_error("nothing of mlc --{} can run here; the lines above say why",
                               name_of(request.mode));
    }
    return measured.unmeasured > 0 || measured.begun > 0 ? kStatusUnfinished : kStatusDone;
  }

  static std::string tables_of(const MlcRequest& request, const Plan& plan,
                               const std::vector<Row>& rows, const Derived& derived) {
    std::string text;
    switch (request.mode) {
      case MlcMode::loaded_latency:
        for (const LoadedCurve& curve : derived.loaded) {
          text += mlc_loaded_text(curve, request.traffic.name);
        }
        return text;
      case MlcMode::idle_latency:
        for (const Row& row : rows) {
          if (row.status == "ok" && row.ns_per_operation) text += mlc_idle_text(row);
        }
        return text;
      case MlcMode::latency_matrix:
      case MlcMode::bandwidth_matrix:
        for (const NodeMatrix& matrix : derived.matrices) text += mlc_matrix_text(matrix);
        return text;
      case MlcMode::c2c_latency:
        return mlc_transfer_text(transfers_of(plan, rows, read_topology("/")));
      case MlcMode::memory_bandwidth_scan:
        return mlc_scan_text(rows);
      case MlcMode::peak_injection_bandwidth:
        break;
    }
    return peaks_of(plan, rows);
  }

  static std::vector<MlcTransfer> transfers_of(const Plan& plan, const std::vector<Row>& rows,
                                               const Topology& topology) {
    std::vector<MlcTransfer> transfers;
    for (const Row& row : rows) {
      const auto cell = std::find_if(plan.cells.begin(), plan.cells.end(),
                                     [&](const Cell& each) { return each.name == row.cell; });
      if (cell == plan.cells.end() || row.status != "ok" || !row.ns_per_operation) continue;
      const std::vector<int>& cpus = cell->placement.cpus;
      if (cpus.size() != 2) continue;
      // The first thread has the lines, the second loads them.
      transfers.push_back({row.parameters.at("state") == "dirty", cpus[0], cpus[1],
                           topology.node_of_cpu(cpus[0]), topology.node_of_cpu(cpus[1]),
                           *row.ns_per_operation});
    }
    return transfers;
  }

  // The groups of the campaign are MLC's lines, in its order, and each is one cell.
  static std::string peaks_of(const Plan& plan, const std::vector<Row>& rows) {
    std::vector<std::string> names;
    std::vector<Row> shown;
    for (std::size_t i = 0; i < plan.cells.size() && i < mlc_peaks().size(); ++i) {
      const auto row = std::find_if(rows.begin(), rows.end(), [&](const Row& each) {
        return each.cell == plan.cells[i].name;
      });
      if (row == rows.end() || row->status != "ok") continue;
      names.push_back(mlc_peaks()[i].name);
      shown.push_back(*row);
    }
    return mlc_peak_text(names, shown);
  }

  std::vector<std::string> assignments_;
  std::string database_ = "pmembench.db";
  bool dry_run_ = false, as_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_mlc_command(CLI::App& app) {
  return std::make_unique<MlcCommand>(app);
}

}  // namespace pmembench
