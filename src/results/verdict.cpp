#include "results/verdict.hpp"

#include <algorithm>
#include <cmath>

#include "measure/false_discovery.hpp"
#include "measure/signed_rank.hpp"
#include "record/limits.hpp"
#include "results/triple_statistics.hpp"
#include "results/verdict_parts.hpp"

namespace pmembench {
namespace {

// A metric with its estimates, before the suite is looked at.
struct Measured {
  CellVerdict verdict;
  Estimate ln;  // of head / base
  double deviation = 0;
  bool judged = false;  // false: verdict, code and reason are set already
};

Measured measure(const std::string& cell, MetricSamples samples, const GateRules& rules) {
  Measured measured;
  CellVerdict& verdict = measured.verdict;
  verdict.cell = cell;
  verdict.metric = std::move(samples.metric);
  verdict.minimal_effect = samples.minimal_effect;
  verdict.base_ns = samples.base_ns;
  verdict.head_ns = samples.head_ns;
  verdict.replicates = static_cast<unsigned>(samples.head.size());
  verdict.slices = samples.slices;
  verdict.warnings = std::move(samples.warnings);
  if (!samples.head.empty()) {
    measured.ln = hodges_lehmann(samples.head, rules.confidence);
    measured.deviation = deviation_of(samples.head);
    set_effect(measured.ln, verdict);
    verdict.p_value = signed_rank_p_value(samples.head);
    // What is read off a histogram shows no change that is smaller than its buckets.
    verdict.mde =
        std::fmax(smallest_visible(measured.deviation, samples.head.size()), samples.resolution);
  }
  if (samples.problem != Verdict::pass) {
    conclude(samples.problem, samples.code, samples.reason, verdict);
    return measured;
  }
  const Estimate control = hodges_lehmann(samples.control, rules.confidence);
  verdict.control_effect = as_share(control);
  if (direction_of(control, samples.minimal_effect) != 0) {
    conclude(
        Verdict::untrusted, "control_differs",
        fmt::format("the base compared with itself differs by {}: the machine disturbed one arm "
                    "more than another; run it again where it is quieter",
                    interval_words(*verdict.control_effect)),
        verdict);
    return measured;
  }
  if (!measured.ln.has_interval || verdict.replicates < limits::kFewestReplicates) {
    conclude(Verdict::inconclusive, "too_few_replicates",
             fmt::format("{} replicate{} nothing: it takes {} and a {:.3g} % interval",
                         verdict.replicates, verdict.replicates == 1 ? " decides" : "s decide",
                         limits::kFewestReplicates, rules.confidence * 100),
             verdict);
    return measured;
  }
  measured.judged = true;
  return measured;
}

// What fresh processes said of a metric that wanted them.
void confirm(int direction, const Measured& second, Measured& first) {
  CellVerdict& verdict = first.verdict;
  verdict.confirmation = second.verdict.effect;
  if (!second.judged) {
    conclude(second.verdict.verdict, second.verdict.code,
             "in the confirmation: " + second.verdict.reason, verdict);
    return;
  }
  const bool slower = direction > 0;
  const std::string seen =
      fmt::format("{}, and {} in fresh processes", interval_words(*verdict.effect),
                  interval_words(*verdict.confirmation));
  if (direction_of(second.ln, verdict.minimal_effect) == direction) {
    conclude(slower ? Verdict::regression : Verdict::improved,
             slower ? "slower_confirmed" : "faster_confirmed",
             fmt::format("{} by {}", slower ? "slower" : "faster", seen), verdict);
    return;
  }
  const bool refuted = second.ln.high < std::log1p(verdict.minimal_effect);
  conclude(refuted ? Verdict::pass : Verdict::inconclusive, "not_confirmed",
           fmt::format("looked {} by {}: not confirmed", slower ? "slower" : "faster", seen),
           verdict);
}

std::string what_would_show(const Measured& measured) {
  const CellVerdict& verdict = measured.verdict;
  if (!std::isfinite(verdict.mde)) return "how small a change would show is unknown";
  const double called = std::fmax(
      verdict.mde, smallest_called(measured.deviation, verdict.replicates, verdict.minimal_effect));
  return fmt::format("a change of {} would show, and one of {} be called a regression",
                     percent(verdict.mde), percent(called));
}

void decide_without_change(Measured& measured) {
  CellVerdict& verdict = measured.verdict;
  if (measured.ln.high < std::log1p(verdict.minimal_effect)) {
    conclude(Verdict::pass, "within_effect",
             fmt::format("{}: {}", interval_words(*verdict.effect), what_would_show(measured)),
             verdict);
    return;
  }
  conclude(
      Verdict::inconclusive, "interval_too_wide",
      fmt::format("{}: the interval holds changes below and above {}; more replicates narrow it",
                  interval_words(*verdict.effect), percent(verdict.minimal_effect)),
      verdict);
}

const ArmSamples* find_cell(std::span<const ArmSamples> samples, const std::string& cell) {
  const auto found = std::find_if(samples.begin(), samples.end(),
                                  [&](const ArmSamples& each) { return each.cell == cell; });
  return found == samples.end() ? nullptr : &*found;
}

Measured confirmation_of(const ArmSamples& confirmation, const std::string& metric,
                         const GateRules& rules) {
  std::vector<MetricSamples> metrics = metrics_of(confirmation, rules);
  // A cell that did not run has one metric, which says why.
  if (metrics.front().problem == Verdict::missing) {
    return measure(confirmation.cell, std::move(metrics.front()), rules);
  }
  for (MetricSamples& samples : metrics) {
    if (samples.metric == metric) return measure(confirmation.cell, std::move(samples), rules);
  }
  Measured absent;
  conclude(Verdict::untrusted, "missing_confirmation",
           fmt::format("fresh processes did not measure {}", metric), absent.verdict);
  return absent;
}

// The least p of n pairs by their signs and ranks is 2 / 2^n; of one change among the tests the
// adjusted p is so many times as large.
std::string more_replicates(unsigned replicates, std::size_t tests, double false_discovery_rate) {
  unsigned enough = limits::kFewestReplicates;
  while (std::ldexp(2.0, -static_cast<int>(enough)) * static_cast<double>(tests) >
         false_discovery_rate) {
    ++enough;
  }
  if (replicates >= enough) return "more replicates decide it";
  return fmt::format("{} replicates cannot show one change among so many; give --replicates {}",
                     replicates, enough);
}

void decide(const ArmSamples* confirmation, double adjusted_p, std::size_t tests,
            const GateRules& rules, Measured& measured) {
  CellVerdict& verdict = measured.verdict;
  const int direction = direction_of(measured.ln, verdict.minimal_effect);
  if (direction == 0) return decide_without_change(measured);
  if (!(adjusted_p <= rules.false_discovery_rate)) {
    conclude(Verdict::inconclusive, "not_significant_in_suite",
             fmt::format("{} is significant alone, and not among {} tests (adjusted p {:.2g}): {}",
                         interval_words(*verdict.effect), tests, adjusted_p,
                         more_replicates(verdict.replicates, tests, rules.false_discovery_rate)),
             verdict);
    return;
  }
  if (confirmation != nullptr) {
    return confirm(direction, confirmation_of(*confirmation, verdict.metric, rules), measured);
  }
  verdict.wants_confirmation = true;
  conclude(Verdict::inconclusive, direction > 0 ? "slower_unconfirmed" : "faster_unconfirmed",
           fmt::format("looks {} by {}, and fresh processes have not confirmed it",
                       direction > 0 ? "slower" : "faster", interval_words(*verdict.effect)),
           verdict);
}

std::vector<Measured> measure_all(std::span<const ArmSamples> stage1, const GateRules& rules) {
  std::vector<Measured> all;
  for (const ArmSamples& cell : stage1) {
    for (MetricSamples& samples : metrics_of(cell, rules)) {
      all.push_back(measure(cell.cell, std::move(samples), rules));
    }
  }
  return all;
}

std::size_t decide_all(std::span<const ArmSamples> confirmations, const GateRules& rules,
                       std::vector<Measured>& all) {
  std::vector<double> p_values;
  for (const Measured& each : all) {
    if (each.judged) p_values.push_back(each.verdict.p_value);
  }
  const std::vector<double> adjusted = benjamini_hochberg(p_values);
  std::size_t next = 0;
  for (Measured& each : all) {
    if (!each.judged) continue;
    decide(find_cell(confirmations, each.verdict.cell), adjusted[next++], adjusted.size(), rules,
           each);
  }
  return p_values.size();
}

void add_missing(std::span<const ArmSamples> stage1, const GateRules& rules,
                 const SuiteFacts& facts, std::vector<CellVerdict>& cells) {
  for (const std::string& declared : facts.declared) {
    if (find_cell(stage1, declared) != nullptr) continue;
    CellVerdict missing;
    missing.cell = declared;
    missing.metric = "ns_per_operation";
    missing.minimal_effect = rules.minimal_effect;
    conclude(Verdict::missing, "missing_cell", "the campaign declares it, and no arm measured it",
             missing);
    cells.push_back(std::move(missing));
  }
}

}  // namespace

std::vector<CellVerdict> judge_cell(const ArmSamples& stage1, const ArmSamples* confirmation,
                                    const GateRules& rules) {
  std::vector<ArmSamples> confirmations;
  if (confirmation != nullptr) confirmations.push_back(*confirmation);
  if (confirmation != nullptr) confirmations.front().cell = stage1.cell;
  return judge_suite(std::span(&stage1, 1), confirmations, rules).cells;
}

SuiteVerdict judge_suite(std::span<const ArmSamples> stage1,
                         std::span<const ArmSamples> confirmations, const GateRules& rules,
                         const SuiteFacts& facts) {
  SuiteVerdict suite;
  std::vector<Measured> all = measure_all(stage1, rules);
  const std::size_t tests = decide_all(confirmations, rules, all);
  for (Measured& each : all) suite.cells.push_back(std::move(each.verdict));
  add_missing(stage1, rules, facts, suite.cells);
  for (const CellVerdict& cell : suite.cells) {
    if (!cell.wants_confirmation) continue;
    if (suite.wants_confirmation.empty() || suite.wants_confirmation.back() != cell.cell) {
      suite.wants_confirmation.push_back(cell.cell);
    }
  }
  // Each stage errs towards slower with half of its alpha at most.
  const double one_side = (1 - rules.confidence) / 2;
  suite.expected_false_alarms = static_cast<double>(tests) * one_side * one_side;
  suite.verdict = facts.untrusted.empty() ? worst_of(suite.cells) : Verdict::untrusted;
  suite.exit = exit_of(suite.verdict, rules.strict);
  suite.sentence = suite_sentence(suite, facts);
  return suite;
}

Verdict worst_of(std::span<const CellVerdict> cells) {
  Verdict worst = cells.empty() ? Verdict::untrusted : Verdict::pass;
  for (const CellVerdict& cell : cells) worst = std::max(worst, cell.verdict);
  return worst == Verdict::missing ? Verdict::untrusted : worst;
}

int exit_of(Verdict verdict, bool strict) {
  switch (verdict) {
    case Verdict::pass:
    case Verdict::improved:
    case Verdict::suspect:
      return 0;
    case Verdict::inconclusive:
      return strict ? 3 : 0;
    case Verdict::regression:
      return 1;
    case Verdict::missing:
    case Verdict::untrusted:
      break;
  }
  return 4;
}

}  // namespace pmembench
