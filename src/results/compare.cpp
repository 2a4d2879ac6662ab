#include "results/compare.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "measure/false_discovery.hpp"
#include "measure/shift.hpp"
#include "measure/signed_rank.hpp"
#include "record/limits.hpp"
#include "results/verdict_parts.hpp"

namespace pmembench {
namespace {

using CellsByName = std::map<std::string, const StoredCell*>;

CellsByName by_name(const StoredRun& run) {
  CellsByName cells;
  for (const StoredCell& cell : run.cells) cells[cell.cell] = &cell;
  return cells;
}

// A cell that both sides measured, before the suite is looked at.
struct Shift {
  CellVerdict verdict;
  Estimate ln;
  bool judged = false;
};

std::vector<double> logarithms(const StoredCell& cell) {
  std::vector<double> values;
  for (const auto& [index, time_ns] : cell.median_ns) {
    if (std::isfinite(time_ns) && time_ns > 0) values.push_back(std::log(time_ns));
  }
  return values;
}

std::vector<double> differences(const StoredCell& base, const StoredCell& head) {
  std::vector<double> values;
  for (const auto& [index, time_ns] : base.median_ns) {
    const auto other = head.median_ns.find(index);
    if (other == head.median_ns.end()) continue;
    const double difference = std::log(other->second) - std::log(time_ns);
    if (std::isfinite(difference)) values.push_back(difference);
  }
  return values;
}

void estimate(const StoredCell& base, const StoredCell& head, bool paired, double confidence,
              Shift& shift) {
  CellVerdict& verdict = shift.verdict;
  const std::vector<double> base_ln = logarithms(base);
  const std::vector<double> head_ln = logarithms(head);
  const std::vector<double> pairs = paired ? differences(base, head) : std::vector<double>();
  verdict.paired = paired;
  verdict.slices = std::min(base.slices, head.slices);
  verdict.replicates =
      static_cast<unsigned>(paired ? pairs.size() : std::min(base_ln.size(), head_ln.size()));
  if (verdict.replicates == 0) return;
  verdict.base_ns = std::exp(hodges_lehmann(base_ln, confidence).estimate);
  if (paired) {
    shift.ln = hodges_lehmann(pairs, confidence);
    verdict.p_value = signed_rank_p_value(pairs);
    verdict.mde = smallest_visible(deviation_of(pairs), pairs.size());
  } else {
    shift.ln = hodges_lehmann_shift(base_ln, head_ln, confidence);
    verdict.p_value = mann_whitney_p_value(base_ln, head_ln);
    // Of a difference: both sides scatter.
    const double scatter = std::hypot(deviation_of(base_ln), deviation_of(head_ln));
    verdict.mde = smallest_visible(scatter, verdict.replicates);
  }
  set_effect(shift.ln, verdict);
}

// A cell without numbers on either side gets its reason.
bool has_numbers(const StoredCell& base, const StoredCell& head, CellVerdict& verdict) {
  for (const StoredCell* cell : {&base, &head}) {
    if (cell->status == "ok" && !logarithms(*cell).empty()) continue;
    const char* side = cell == &base ? "base" : "head";
    const std::string reason =
        cell->status == "ok" ? "it has no time" : cell->status + ": " + cell->reason;
    conclude(Verdict::missing, "failed_cell", fmt::format("the {} has no result: {}", side, reason),
             verdict);
    return false;
  }
  return true;
}

Shift measure(const StoredCell& base, const StoredCell& head, bool paired,
              const CompareRules& rules) {
  Shift shift;
  CellVerdict& verdict = shift.verdict;
  verdict.cell = base.cell;
  verdict.metric = "ns_per_operation";
  verdict.paired = paired;
  verdict.minimal_effect = rules.gate.minimal_effect;
  const auto scatter = rules.scatter.find(base.cell);
  if (scatter != rules.scatter.end()) {
    // Two runs differ by the root of two more than one run scatters.
    const double reach = std::expm1(3 * std::sqrt(2.0) * scatter->second);
    verdict.minimal_effect = std::max(verdict.minimal_effect, reach);
  }
  if (base.same_name != head.same_name) {
    conclude(Verdict::missing, "ambiguous_name",
             fmt::format("the base has {} of this name and the head has {}: which of them belong "
                         "together is unknown; give each its own name",
                         base.same_name, head.same_name),
             verdict);
    return shift;
  }
  if (!has_numbers(base, head, verdict)) return shift;
  for (const StoredCell* cell : {&base, &head}) {
    if (cell->unaudited.empty()) continue;
    const char* const side = cell == &base ? "base" : "head";
    verdict.warnings.push_back({"unaudited", fmt::format("the {}: {}", side, cell->unaudited)});
  }
  estimate(base, head, paired, rules.gate.confidence, shift);
  if (!shift.ln.has_interval || verdict.replicates < limits::kFewestReplicates) {
    conclude(Verdict::inconclusive, "too_few_replicates",
             fmt::format("{} and {} replicates decide nothing: it takes {} {} and a {:.3g} % "
                         "interval",
                         base.median_ns.size(), head.median_ns.size(), limits::kFewestReplicates,
                         paired ? "pairs" : "on each side", rules.gate.confidence * 100),
             verdict);
    return shift;
  }
  shift.judged = true;
  return shift;
}

void decide(double adjusted_p, std::size_t tests, const CompareRules& rules, Shift& shift) {
  CellVerdict& verdict = shift.verdict;
  const int direction = direction_of(shift.ln, verdict.minimal_effect);
  const std::string seen = interval_words(*verdict.effect);
  if (direction == 0) {
    const bool within = shift.ln.high < std::log1p(verdict.minimal_effect);
    conclude(within ? Verdict::pass : Verdict::inconclusive,
             within ? "within_effect" : "interval_too_wide",
             within ? fmt::format("{}: below {}", seen, percent(verdict.minimal_effect))
                    : fmt::format("{}: the interval holds changes below and above {}", seen,
                                  percent(verdict.minimal_effect)),
             verdict);
    return;
  }
  if (!(adjusted_p <= rules.gate.false_discovery_rate)) {
    conclude(Verdict::inconclusive, "not_significant_in_suite",
             fmt::format("{} is significant alone, and not among {} tests (adjusted p {:.2g})",
                         seen, tests, adjusted_p),
             verdict);
    return;
  }
  const bool slower = direction > 0;
  const Verdict trusted = slower ? Verdict::regression : Verdict::improved;
  conclude(rules.trust_stored ? trusted : Verdict::suspect,
           slower ? "slower_stored" : "faster_stored",
           fmt::format("{} by {}{}", slower ? "slower" : "faster", seen,
                       rules.trust_stored
                           ? ""
                           : "; the runs were not measured together, and `pmembench gate` decides"),
           verdict);
}

void decide_all(const CompareRules& rules, std::vector<Shift>& shifts, Comparison& comparison) {
  std::vector<double> p_values;
  for (const Shift& shift : shifts) {
    if (shift.judged) p_values.push_back(shift.verdict.p_value);
  }
  const std::vector<double> adjusted = benjamini_hochberg(p_values);
  std::size_t next = 0;
  for (Shift& shift : shifts) {
    if (shift.judged) decide(adjusted[next++], adjusted.size(), rules, shift);
    comparison.cells.push_back(std::move(shift.verdict));
  }
  // Of the tests alone: a difference between two sessions is not random, and its probability is
  // unknown.
  comparison.expected_false_alarms =
      static_cast<double>(p_values.size()) * (1 - rules.gate.confidence) / 2;
}

void list_left_out(const char* side, const StoredRun& run, Comparison& comparison) {
  for (const LeftOut& each : run.left_out) {
    comparison.left_out.push_back({side, each.entry, each.reason});
  }
}

double shown_time_of(const StoredCell& cell, double confidence) {
  const std::vector<double> ln = logarithms(cell);
  return ln.empty() ? std::numeric_limits<double>::quiet_NaN()
                    : std::exp(hodges_lehmann(ln, confidence).estimate);
}

// What another tool measured is shown and never judged: it has no test, no verdict and no gap.
void take_imported(const StoredRun& base, const StoredRun& head, double confidence,
                   Comparison& comparison, std::set<std::string>& taken) {
  const CellsByName base_cells = by_name(base), head_cells = by_name(head);
  for (const auto& [name, cell] : base_cells) {
    const auto other = head_cells.find(name);
    const bool there = other != head_cells.end();
    if (cell->imported.empty() && (!there || other->second->imported.empty())) continue;
    taken.insert(name);
    comparison.imported.push_back({name, cell->imported, there ? other->second->imported : "",
                                   shown_time_of(*cell, confidence),
                                   there ? shown_time_of(*other->second, confidence)
                                         : std::numeric_limits<double>::quiet_NaN()});
  }
  for (const auto& [name, cell] : head_cells) {
    if (base_cells.contains(name) || cell->imported.empty()) continue;
    taken.insert(name);
    comparison.imported.push_back({name, "", cell->imported,
                                   std::numeric_limits<double>::quiet_NaN(),
                                   shown_time_of(*cell, confidence)});
  }
}

// Lists what one side lacks; what the base alone has is missing in the head.
void list_lonely(const CellsByName& base, const CellsByName& head, double minimal_effect,
                 Comparison& comparison) {
  for (const auto& [name, cell] : head) {
    if (!base.contains(name)) comparison.head_only.push_back(name);
  }
  for (const auto& [name, cell] : base) {
    if (head.contains(name)) continue;
    comparison.base_only.push_back(name);
    CellVerdict missing;
    missing.cell = name;
    missing.metric = "ns_per_operation";
    missing.paired = false;
    missing.minimal_effect = minimal_effect;
    conclude(Verdict::missing, "missing_head", "the head has no such cell: it is gone or renamed",
             missing);
    comparison.cells.push_back(std::move(missing));
  }
}

// Cells that were skipped on both sides count as a defect of neither.
bool skipped_on_both(const StoredCell& base, const StoredCell& head) {
  const auto without = [](const StoredCell& cell) {
    return cell.status == "skipped" || cell.status == "unmeasured";
  };
  return without(base) && without(head);
}

std::string closing(const CompareRules& rules, std::size_t skipped) {
  std::string text = rules.scatter.empty()
                         ? fmt::format(
                               "; no stored runs of one build say how runs scatter here, so the "
                               "limit is {}",
                               percent(rules.gate.minimal_effect))
                         : fmt::format(
                               "; limits follow how stored runs of one build scatter, for {} "
                               "cells",
                               rules.scatter.size());
  if (skipped > 0) {
    text +=
        fmt::format("; {} cell{} skipped on both sides", skipped, skipped == 1 ? " was" : "s were");
  }
  return text;
}

void conclude(const CompareRules& rules, std::size_t skipped, Comparison& comparison) {
  SuiteVerdict suite;
  suite.cells = comparison.cells;
  suite.expected_false_alarms = comparison.expected_false_alarms;
  SuiteFacts facts;
  const std::string& base = comparison.base.machine_fingerprint;
  const std::string& head = comparison.head.machine_fingerprint;
  if (!base.empty() && !head.empty() && base != head) {
    facts.untrusted.push_back(fmt::format(
        "the runs are of different machines ({} and {}): measure both on one", base, head));
  }
  suite.verdict = facts.untrusted.empty() ? worst_of(suite.cells) : Verdict::untrusted;
  // Nothing was to be judged, which is the fault of neither side.
  const bool only_imported = suite.cells.empty() && !comparison.imported.empty();
  if (only_imported && facts.untrusted.empty()) suite.verdict = Verdict::inconclusive;
  suite.exit = exit_of(suite.verdict, rules.gate.strict);
  suite.sentence = only_imported ? std::string("every cell was imported from another tool")
                                 : suite_sentence(suite, facts) + closing(rules, skipped);
  if (!comparison.imported.empty()) {
    suite.sentence +=
        fmt::format("; {} imported cell{} shown and not judged", comparison.imported.size(),
                    comparison.imported.size() == 1 ? " is" : "s are");
  }
  adopt(suite, rules.gate, comparison);
}

}  // namespace

Comparison compare_runs(const StoredRun& base, const StoredRun& head, const CompareRules& rules) {
  Comparison comparison;
  comparison.kind = "compare";
  comparison.base = base.side;
  comparison.head = head.side;
  comparison.environment_differences =
      environment_differences(base.environment.json(), head.environment.json());
  if (base.side.version != head.side.version) {
    comparison.environment_differences.push_back({"version", base.side.version, head.side.version});
  }
  list_left_out("base", base, comparison);
  list_left_out("head", head, comparison);
  std::set<std::string> imported;
  take_imported(base, head, rules.gate.confidence, comparison, imported);
  CellsByName base_cells = by_name(base);
  CellsByName head_cells = by_name(head);
  std::erase_if(base_cells, [&](const auto& entry) { return imported.contains(entry.first); });
  std::erase_if(head_cells, [&](const auto& entry) { return imported.contains(entry.first); });
  list_lonely(base_cells, head_cells, rules.gate.minimal_effect, comparison);
  const bool paired = !base.session.empty() && base.session == head.session;
  std::size_t skipped = 0;
  std::vector<Shift> shifts;
  for (const StoredCell& cell : base.cells) {
    const auto other = head_cells.find(cell.cell);
    if (other == head_cells.end()) continue;  // imported ones are not in it
    if (skipped_on_both(cell, *other->second)) {
      ++skipped;
      comparison.left_out.push_back({"both", cell.cell, "skipped on both sides: " + cell.reason});
      continue;
    }
    shifts.push_back(measure(cell, *other->second, paired, rules));
  }
  decide_all(rules, shifts, comparison);
  conclude(rules, skipped, comparison);
  return comparison;
}

}  // namespace pmembench
