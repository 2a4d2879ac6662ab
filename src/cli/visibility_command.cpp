// pmembench visibility: what one host sees of another's stores, and when.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/output.hpp"
#include "cli/output_file.hpp"
#include "cli/visibility_self_test.hpp"
#include "cli/visibility_text.hpp"
#include "dax/media_spec.hpp"
#include "results/store.hpp"
#include "run/host_info.hpp"
#include "visibility/shared_area.hpp"
#include "visibility/two_processes.hpp"

namespace pmembench {
namespace {

class VisibilityCommand final : public Command {
 public:
  explicit VisibilityCommand(CLI::App& app)
      : Command(app.add_subcommand(
            "visibility", "Test what one host sees of another's stores in shared memory.")) {
    options_.add_to(*subcommand_);
    subcommand_
        ->add_option("--db", database_, "Store the outcome in this results file, for reports.")
        ->type_name("FILE");
    subcommand_->add_flag("--self-test", self_test_,
                          "Instead: let the test find wrong programs in a model of memory.");
    subcommand_->add_flag("--json", as_json_, "Print the outcome as one JSON document.");
    subcommand_->footer(
        "Two processes of this host: the one stores messages, the other looks for them. Memory "
        "between them is coherent, so that only a model (--host-memory) or `pmembench-mpi "
        "visibility` on several hosts shows differences.\n"
        "Exit status 1: no sequence is safe, or the self-test missed a wrong program.\n"
        "Examples:\n  pmembench visibility --tries 2000\n"
        "  pmembench visibility --host-memory ./pmembench-private_lines.so --store clwb,none\n"
        "  pmembench visibility --self-test");
  }

  Result<int> run(const GlobalOptions& global) override {
    const std::atomic<bool>& interrupted = catch_interrupts();
    if (self_test_) return run_self_test(as_json_);
    const auto host = host_info(global.without_cpu);
    if (!host) return host.error();
    const Status known = options_.read();
    if (!known) return known.error();
    std::optional<Store> store;
    if (!database_.empty()) {
      const auto spec = parse_media(options_.media);
      const NamedPath medium[] = {{"--media", spec ? spec->path : ""}};
      if (Status apart = keep_results_apart(database_, medium); !apart) return apart.error();
      auto opened = Store::open(database_, Store::Mode::write);
      if (!opened) return opened.error();
      store.emplace(*std::move(opened));
    }
    const auto area =
        SharedArea::open(options_.media, options_.layout().size_bytes(), options_.destroy, false);
    if (!area) return area.error();
    VisibilityPair pair{"process 1", "process 2", {}, PairVerdict::not_tested, {}, {}};
    for (VisibilityCell& cell : options_.cells(host->cpu_features)) {
      if (cell.skip_reason.empty()) {
        say(stderr, fmt::format("{} with {}: {} messages\n", name_of(cell.store),
                                name_of(cell.load), options_.tries));
        const TrialOrder order{cell.store,     cell.load,           options_.layout(),
                               options_.tries, options_.limit_ms(), &interrupted};
        auto tried = run_in_two_processes(
            order, [&](unsigned side) { return options_.host_memory(area->address(), side); });
        if (!tried) return tried.error();
        cell = *std::move(tried);
      }
      pair.cells.push_back(std::move(cell));
    }
    judge(pair);
    return deliver({pair}, store);
  }

 private:
  Result<int> deliver(const std::vector<VisibilityPair>& pairs, std::optional<Store>& store) const {
    const nlohmann::json document =
        visibility_document(pairs, options_.media, options_.host_memory_file, options_.layout());
    as_json_ ? print_json(document, 2) : print_text(visibility_text(pairs));
    if (store) {
      const auto kept =
          store->save_document({0, "", "visibility", std::nullopt,
                                std::string(name_of(pairs.front().verdict)), document});
      if (!kept) return kept.error();
    }
    return visibility_status(pairs);
  }

  VisibilityOptions options_;
  std::string database_;
  bool self_test_ = false, as_json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_visibility_command(CLI::App& app) {
  return std::make_unique<VisibilityCommand>(app);
}

}  // namespace pmembench
