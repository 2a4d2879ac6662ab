#include "cli/characterize_session.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "cli/campaign_session.hpp"
#include "cli/interrupt.hpp"
#include "datasheet/model_statements.hpp"
#include "dax/sim_model.hpp"
#include "measure/estimate.hpp"
#include "platform/environment.hpp"
#include "platform/host_tree.hpp"
#include "platform/topology.hpp"
#include "results/stored_derived.hpp"

namespace pmembench {
namespace {

// One campaign of the datasheet as it is in the store.
struct MeasuredProbes {
  std::int64_t run = 0;  // 0: it was not measured
  std::vector<ProbeCell> cells;
  std::vector<LoadedCurve> curves;
};

ProbeSet cells_of_medium(const MeasuredProbes& measured, const std::string& media) {
  std::vector<ProbeCell> own;
  for (const ProbeCell& cell : measured.cells) {
    if (cell.row.media == media) own.push_back(cell);
  }
  return ProbeSet(std::move(own));
}

std::vector<LoadedCurve> curves_of_medium(const MeasuredProbes& measured,
                                          const std::string& media) {
  std::vector<LoadedCurve> own;
  for (const LoadedCurve& curve : measured.curves) {
    const bool mine = !curve.points.empty() && curve.points.front().cell.starts_with(media + "/");
    if (mine) own.push_back(curve);
  }
  return own;
}

class CharacterizeSession {
 public:
  CharacterizeSession(const CharacterizeWishes& wishes, const Host& host,
                      const GlobalOptions& global, std::string database,
                      std::map<std::string, std::string> identities, Store& store)
      : wishes_(wishes),
        host_(host),
        global_(global),
        database_(std::move(database)),
        identities_(std::move(identities)),
        destroy_(wishes.destroy),
        store_(store) {}

  Result<MeasuredProbes> measure(const CharacterizePlan& own) {
    MeasuredProbes probes;
    for (const Row& row : own.absent) probes.cells.push_back({row, {}});
    if (own.plan.cells.empty() || outcome.interrupted) return probes;
    const bool any_runs = std::any_of(own.plan.cells.begin(), own.plan.cells.end(),
                                      [](const Cell& cell) { return cell.skip_reason.empty(); });
    if (!any_runs) {
      for (const Cell& cell : own.plan.cells) probes.cells.push_back({skipped_row(cell), {}});
      return probes;
    }
    const auto measured = measure_campaign(own.plan, host_, global_,
                                           {database_, destroy_, false, identities_}, store_);
    if (!measured) return measured.error();
    probes.run = measured->run;
    count(*measured);
    for (const Row& row : measured->rows) {
      auto replicates = store_.replicates(measured->run, row.cell);
      if (!replicates) return replicates.error();
      if (row.status == "error") outcome.sheet.failures.push_back(row.cell + ": " + row.reason);
      probes.cells.push_back({row, *std::move(replicates)});
    }
    const auto record = store_.run(measured->run);
    if (!record) return record.error();
    auto derived = derived_of(store_, *record);
    if (!derived) return derived.error();
    probes.curves = std::move(derived->loaded);
    return probes;
  }

  CharacterizeOutcome outcome;

 private:
  static Row skipped_row(const Cell& cell) {
    Row row;
    row.cell = cell.name;
    row.media = cell.media;
    row.workload = cell.workload;
    row.backend = cell.backend;
    row.parameters = cell.parameters;
    row.threads = cell.threads;
    row.status = "skipped";
    row.reason = cell.skip_reason;
    return row;
  }

  void count(const MeasuredCampaign& measured) {
    outcome.interrupted = outcome.interrupted || measured.outcome.interrupted;
    outcome.failed += measured.failed;
    outcome.unmeasured += measured.unmeasured;
    outcome.begun += measured.begun;
    outcome.measured += measured.measured;
    outcome.sheet.runs.push_back(measured.run);
    // A medium that was there and empty holds what this command wrote; it is still that medium, or
    // no worker opens it.
    if (measured.measured > 0) destroy_ = true;
  }

  const CharacterizeWishes& wishes_;
  const Host& host_;
  const GlobalOptions& global_;
  std::string database_;
  std::map<std::string, std::string> identities_;
  bool destroy_;
  Store& store_;
};

std::vector<PropertyScore> scores_at(const ShownNoise& noise, const CharacterizeWishes& wishes,
                                     const SheetSelfTest& self_test) {
  if (self_test.devices == 0 || noise.residuals.empty()) return {};
  const MonotonicClock clock;
  const std::uint64_t begin = clock.now_ns();
  const std::atomic<bool>& interrupted = catch_interrupts();
  SelfTestSpec spec;
  spec.devices = self_test.devices;
  spec.seed = self_test.seed;
  spec.noise.residuals = noise.residuals;
  spec.noise.process = noise.process;
  for (const std::string& name : wishes.only) {
    const std::vector<std::string>& known = property_list();
    if (std::find(known.begin(), known.end(), name) != known.end()) spec.only.push_back(name);
  }
  if (!wishes.only.empty() && spec.only.empty()) return {};
  spec.goes_on = [&](unsigned) {
    return !interrupted.load() &&
           (self_test.most_ns == 0 || clock.now_ns() - begin < self_test.most_ns);
  };
  std::vector<PropertyScore> scores = pmembench::self_test(spec);
  if (!wishes.wear) std::erase_if(scores, [](const auto& each) { return each.property == "wear"; });
  return scores;
}

void take_medium_facts(const ProbeSet& set, MediumSheet& sheet) {
  std::vector<double> shared, steal;
  for (const ProbeCell& cell : set.cells()) {
    for (const Replicate& each : cell.replicates) {
      if (each.details.core) shared.push_back(each.details.core->shared_share);
      steal.push_back(each.steal_share);
    }
    if (!cell.row.medium || sheet.size_bytes != 0) continue;
    sheet.kind = cell.row.medium->kind;
    sheet.claim = cell.row.medium->claim;
    sheet.size_bytes = cell.row.medium->size_bytes;
    sheet.page_bytes = cell.row.medium->page_bytes;
  }
  const auto mean = [](const std::vector<double>& values) {
    double sum = 0;
    for (const double each : values) sum += each;
    return values.empty() ? 0 : sum / static_cast<double>(values.size());
  };
  sheet.shared_core_share = mean(shared);
  sheet.steal_share = mean(steal);
}

MediumSheet sheet_of(const std::string& media, const MeasuredProbes& probes,
                     const MeasuredProbes& stalls, const MeasuredProbes& wear,
                     const CharacterizeWishes& wishes) {
  MediumSheet sheet;
  sheet.media = media;
  const ProbeSet set = cells_of_medium(probes, media);
  const ProbeSet stall_set = cells_of_medium(stalls, media);
  const ProbeSet wear_set = cells_of_medium(wear, media);
  take_medium_facts(set, sheet);
  StructureContext context;
  // Nothing of this host is between a program and a model.
  const bool simulated = sheet.kind == media_kind_name(DAX_MEDIA_SIM);
  const Topology topology = read_topology("/");
  if (!simulated) context.caches = read_cache_kinds(HostTree("/"), topology.usable_cpus);
  context.page_bytes = simulated ? sheet.size_bytes : sheet.page_bytes;
  context.shared_core_share = sheet.shared_core_share;
  context.steal_share = sheet.steal_share;
  const std::string machine = read_environment("/").virtualisation;
  context.virtual_machine = !simulated && machine != "none" && machine != "unknown";
  context.wear = wishes.wear;
  context.only = wishes.only;
  sheet.structure = infer_structure(set, stall_set.cells().empty() ? nullptr : &stall_set,
                                    wear_set.cells().empty() ? nullptr : &wear_set, context);
  const auto spec = parse_media(media);
  if (simulated && spec) {
    if (const auto model = sim_model_of(*spec)) state_model(*model, sheet.structure);
  }
  const bool figures = wishes.only.empty() || std::find(wishes.only.begin(), wishes.only.end(),
                                                        "figures") != wishes.only.end();
  if (figures) sheet.figures = headline_figures(set, curves_of_medium(probes, media));
  sheet.noise = shown_noise(set);
  return sheet;
}

}  // namespace

Result<CharacterizeOutcome> characterize_media(
    const CharacterizePlans& plans, const CharacterizeWishes& wishes,
    const SheetSelfTest& self_test, const Host& host, const GlobalOptions& global,
    const std::string& database, const std::map<std::string, std::string>& identities) {
  const MonotonicClock clock;
  const std::uint64_t begin = clock.now_ns();
  auto store = Store::open(database, Store::Mode::write);
  if (!store) return store.error();
  CharacterizeSession session(wishes, host, global, database, identities, *store);
  const auto probes = session.measure(plans.probes);
  if (!probes) return probes.error();
  auto stalls = session.measure(plans.stalls);
  if (!stalls) return stalls.error();
  auto banks = session.measure(plans.banks);
  if (!banks) return banks.error();
  std::move(banks->cells.begin(), banks->cells.end(), std::back_inserter(stalls->cells));
  const auto wear = session.measure(plans.wear);
  if (!wear) return wear.error();
  CharacterizeOutcome outcome = std::move(session.outcome);
  Datasheet& sheet = outcome.sheet;
  for (const std::string& media : {wishes.media, wishes.against}) {
    if (media.empty()) continue;
    sheet.media.push_back(sheet_of(media, *probes, *stalls, *wear, wishes));
    if (!outcome.interrupted) {
      sheet.media.back().scores = scores_at(sheet.media.back().noise, wishes, self_test);
    }
  }
  if (sheet.media.size() > 1) {
    sheet.against = figure_ratios(sheet.media[0].figures, sheet.media[1].figures);
  }
  sheet.database = database;
  sheet.took_s = static_cast<double>(clock.now_ns() - begin) * 1e-9;
  if (sheet.runs.empty()) return outcome;
  const auto kept =
      store->save_document({0, "", "datasheet", sheet.runs.front(), "", to_json(sheet)});
  if (!kept) return kept.error();
  return outcome;
}

}  // namespace pmembench
