#include "cli/gate_self_test.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/random.hpp"

namespace pmembench {
namespace {

// What a suite says of its cells, in the order of the plan.
struct SuiteAlarms {
  std::vector<bool> flagged, confirmed;
  std::uint64_t untrusted = 0;
};

bool is_time(const CellVerdict& cell) { return cell.metric == "ns_per_operation"; }

// Each cell's alarm on its time per operation. Percentiles are left out: no injected slowdown
// changes them by a known share.
SuiteAlarms alarms_of(const SuiteVerdict& first, const SuiteVerdict& both) {
  SuiteAlarms alarms;
  for (const CellVerdict& cell : first.cells) {
    if (is_time(cell)) alarms.flagged.push_back(cell.code == "slower_unconfirmed");
  }
  for (const CellVerdict& cell : both.cells) {
    if (!is_time(cell)) continue;
    alarms.confirmed.push_back(cell.verdict == Verdict::regression);
    if (cell.verdict == Verdict::untrusted) ++alarms.untrusted;
  }
  return alarms;
}

void count(bool hit, Count& count) {
  ++count.of;
  if (hit) ++count.hits;
}

Status check_ran(const std::vector<ArmSamples>& samples) {
  for (const ArmSamples& cell : samples) {
    for (std::size_t arm = 0; arm < kArms; ++arm) {
      if (cell.missing[arm].empty()) continue;
      return runtime_error("the self-test needs every cell, and {} did not run in {}: {}",
                           cell.cell, name_of(static_cast<Arm>(arm)), cell.missing[arm]);
    }
  }
  return {};
}

class SelfTest {
 public:
  SelfTest(const Plan& plan, const SelfTestSettings& settings, const GateRules& rules,
           const MeasureStage& measure, const SetSlowdowns& set_slowdowns, const Clock& clock,
           const std::function<void(const std::string&)>& say)
      : plan_(plan),
        settings_(settings),
        rules_(rules),
        measure_(measure),
        set_slowdowns_(set_slowdowns),
        clock_(clock),
        say_(say) {
    levels_.emplace_back();
    for (const double slowdown : settings.slowdowns) levels_.emplace_back().slowdown = slowdown;
    for (SelfTestLevel& level : levels_) {
      for (const Cell& cell : plan.cells) level.cells.push_back({cell.name, {}, {}, {}, {}, {}});
    }
    pools_.resize(levels_.size());
  }

  Result<std::vector<SelfTestLevel>> run() {
    for (unsigned suite = 0; suite < settings_.suites; ++suite) {
      for (std::size_t at = 0; at < levels_.size(); ++at) {
        const Status status = run_suite(suite, at);
        if (!status) return status.error();
      }
    }
    for (std::size_t at = 0; at < levels_.size(); ++at) {
      describe_effects(at);
      resample(at);
    }
    return std::move(levels_);
  }

 private:
  Status run_suite(unsigned suite, std::size_t at) {
    SelfTestLevel& level = levels_[at];
    say_(fmt::format("suite {} of {}: {}", suite + 1, settings_.suites,
                     level.slowdown > 0 ? fmt::format("{:.3g} % injected", level.slowdown * 100)
                                        : "nothing injected"));
    if (level.slowdown > 0) {
      set_slowdowns_({0.0, 0.0, level.slowdown});
    } else {
      set_slowdowns_({});
    }
    GateSamples samples;
    const GateSchedule schedule{settings_.replicates, 0, 1};
    const auto both = run_gate(plan_, schedule, rules_, measure_, clock_, say_, samples);
    if (!both) return both.error();
    for (const auto* stage : {&samples.stage1, &samples.confirmations}) {
      const Status ran = check_ran(*stage);
      if (!ran) return ran;
    }
    const SuiteAlarms alarms = alarms_of(judge_suite(samples.stage1, {}, rules_), *both);
    level.untrusted += alarms.untrusted;
    bool any = false;
    for (std::size_t cell = 0; cell < level.cells.size(); ++cell) {
      count(alarms.flagged[cell], level.cells[cell].flagged);
      count(alarms.confirmed[cell], level.cells[cell].confirmed);
      any = any || alarms.confirmed[cell];
    }
    count(any, level.suites);
    keep(std::move(samples.stage1), pools_[at]);
    return {};
  }

  // The three-arm blocks of all first stages, cell by cell. Those of confirmations are only of
  // flagged cells: mixed in, they would favour alarms.
  static void keep(std::vector<ArmSamples> samples, std::vector<ArmSamples>& pool) {
    if (pool.empty()) {
      pool = std::move(samples);
      return;
    }
    for (std::size_t cell = 0; cell < pool.size(); ++cell) {
      std::move(samples[cell].triples.begin(), samples[cell].triples.end(),
                std::back_inserter(pool[cell].triples));
    }
  }

  void describe_effects(std::size_t at) {
    for (std::size_t cell = 0; cell < pools_[at].size(); ++cell) {
      const std::vector<CellVerdict> verdicts = judge_cell(pools_[at][cell], nullptr, rules_);
      if (verdicts.front().effect) levels_[at].cells[cell].effect = *verdicts.front().effect;
      levels_[at].triples = std::max(levels_[at].triples, pools_[at][cell].triples.size());
    }
  }

  // Suites of P three-arm blocks, and P others to confirm, drawn without replacement from the real
  // ones; the same indices in all cells, which were measured at the same time.
  void resample(std::size_t at) {
    std::size_t fewest = levels_[at].triples;
    for (const ArmSamples& cell : pools_[at]) fewest = std::min(fewest, cell.triples.size());
    const std::size_t stage = settings_.replicates;
    if (fewest < 2 * stage) return;
    std::vector<std::size_t> places(fewest);
    for (std::size_t i = 0; i < fewest; ++i) places[i] = i;
    for (unsigned suite = 0; suite < settings_.resampled; ++suite) {
      shuffle(places, mix_seed(mix_seed(settings_.seed + at) + suite));
      judge_drawn(drawn(pools_[at], places, 0), drawn(pools_[at], places, stage), levels_[at]);
    }
  }

  [[nodiscard]] std::vector<ArmSamples> drawn(const std::vector<ArmSamples>& pool,
                                              const std::vector<std::size_t>& places,
                                              std::size_t from) const {
    std::vector<ArmSamples> samples;
    for (const ArmSamples& cell : pool) {
      ArmSamples& own = samples.emplace_back();
      own.cell = cell.cell;
      for (std::size_t i = from; i < from + settings_.replicates; ++i) {
        own.triples.push_back(cell.triples[places[i]]);
      }
    }
    return samples;
  }

  void judge_drawn(const std::vector<ArmSamples>& stage1, const std::vector<ArmSamples>& stage2,
                   SelfTestLevel& level) const {
    const SuiteVerdict first = judge_suite(stage1, {}, rules_);
    const bool wanted = !first.wants_confirmation.empty();
    const SuiteAlarms alarms =
        alarms_of(first, wanted ? judge_suite(stage1, stage2, rules_) : first);
    bool any = false;
    for (std::size_t cell = 0; cell < level.cells.size(); ++cell) {
      count(alarms.flagged[cell], level.cells[cell].resampled_flagged);
      count(alarms.confirmed[cell], level.cells[cell].resampled_confirmed);
      any = any || alarms.confirmed[cell];
    }
    count(any, level.resampled_suites);
  }

  const Plan& plan_;
  const SelfTestSettings& settings_;
  const GateRules& rules_;
  const MeasureStage& measure_;
  const SetSlowdowns& set_slowdowns_;
  const Clock& clock_;
  const std::function<void(const std::string&)>& say_;
  std::vector<SelfTestLevel> levels_;
  std::vector<std::vector<ArmSamples>> pools_;
};

}  // namespace

Result<std::vector<SelfTestLevel>> self_test(const Plan& plan, const SelfTestSettings& settings,
                                             const GateRules& rules, const MeasureStage& measure,
                                             const SetSlowdowns& set_slowdowns, const Clock& clock,
                                             const std::function<void(const std::string&)>& say) {
  return SelfTest(plan, settings, rules, measure, set_slowdowns, clock, say).run();
}

}  // namespace pmembench
