// Verdicts in words: their names, what their reason codes mean, and percentages.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "measure/spread.hpp"
#include "results/verdict.hpp"
#include "results/verdict_parts.hpp"

namespace pmembench {
namespace {

struct NamedVerdict {
  Verdict verdict;
  std::string_view name;
};
constexpr std::array<NamedVerdict, 7> kVerdicts{{{Verdict::pass, "PASS"},
                                                 {Verdict::improved, "IMPROVED"},
                                                 {Verdict::inconclusive, "INCONCLUSIVE"},
                                                 {Verdict::suspect, "SUSPECT"},
                                                 {Verdict::regression, "REGRESSION"},
                                                 {Verdict::missing, "MISSING"},
                                                 {Verdict::untrusted, "UNTRUSTED"}}};

struct ExplainedCode {
  std::string_view code, words;
};
constexpr std::array<ExplainedCode, 26> kCodes{{
    {"within_effect",
     "The interval's upper end is below the minimal effect: a slowdown that matters would have "
     "been "
     "seen. Nothing to do."},
    {"slower_confirmed",
     "Slower by the minimal effect or more, with an interval above zero, and so once more in fresh "
     "processes. Look at what changed."},
    {"faster_confirmed",
     "Faster by the minimal effect or more, and so once more in fresh processes."},
    {"slower_unconfirmed",
     "Looks slower, and was not measured again in fresh processes: one look at many cells flags "
     "some "
     "by chance. Let the gate confirm it, or give it more time."},
    {"faster_unconfirmed",
     "Looks faster, and was not measured again in fresh processes: a false improvement hides the "
     "next regression. Let the gate confirm it."},
    {"not_confirmed",
     "Looked changed, and fresh processes did not show it again: it was chance or a passing "
     "disturbance."},
    {"interval_too_wide",
     "The interval reaches from no change to a change that matters. More replicates narrow it with "
     "their square root; a quieter machine does so at once."},
    {"too_few_replicates",
     "Fewer than six replicates on a side, or no interval at the confidence asked: 99 % takes "
     "eight pairs."},
    {"not_significant_in_suite",
     "It is significant alone, but not among as many cells tested at once (Benjamini-Hochberg). "
     "More replicates, or fewer cells, decide it."},
    {"control_differs",
     "The base compared with itself in the same replicates differs as much as a regression would: "
     "something disturbs one arm more than another, so no number of this cell is believed. Run it "
     "again on a quieter machine."},
    {"missing_base", "The base has no such cell, skipped it or failed: nothing can be compared."},
    {"missing_control", "The base's second arm did not measure it: nothing can be trusted."},
    {"missing_head",
     "The head has no such cell, skipped it or failed. A benchmark that vanishes never passes."},
    {"missing_cell", "The cell was declared, and no arm measured it."},
    {"missing_confirmation", "It was to be confirmed in fresh processes, and they did not run it."},
    {"no_samples", "The cell was started and has no sample: its workers died or the time was up."},
    {"bad_samples", "Too many times are zero or not a number: work that was not done has no time."},
    {"no_latencies", "One arm timed single operations and another did not."},
    {"few_operations",
     "A percentile q needs ten operations beyond it in each process: n (1 - q) >= 10."},
    {"other_work",
     "An operation of the head moved more or fewer bytes than one of the base: the worker or its "
     "backend is defective."},
    {"other_pages",
     "The head's memory was in other pages than the base's in most replicates, and the base's own "
     "did not scatter so: that changes times by itself."},
    {"environment",
     "The two sides were measured in different environments: the machine may be what differs."},
    {"slower_stored",
     "Two stored runs differ by more than stored runs of one build do. They were measured at "
     "different times, so this is a suspicion: run `pmembench gate` on the two builds."},
    {"faster_stored",
     "The newer stored run is faster by more than stored runs of one build differ. They were "
     "measured "
     "at different times: `pmembench gate` decides."},
    {"ambiguous_name",
     "Several benchmarks have this name, and one side has more of them than the other: comparing "
     "them by their order could compare two different ones."},
    {"failed_cell", "The cell was skipped or failed in one of the runs: it has no numbers there."},
    {"self_test", "An injected slowdown or an A/A comparison of the self-test."},
}};

}  // namespace

void conclude(Verdict verdict, std::string code, std::string reason, CellVerdict& cell) {
  cell.verdict = verdict;
  cell.code = std::move(code);
  cell.reason = std::move(reason);
}

std::string_view name_of(Verdict verdict) {
  for (const NamedVerdict& known : kVerdicts) {
    if (known.verdict == verdict) return known.name;
  }
  return "UNTRUSTED";
}

std::optional<Verdict> verdict_from(std::string_view name) {
  for (const NamedVerdict& known : kVerdicts) {
    if (known.name == name) return known.verdict;
  }
  return std::nullopt;
}

std::string_view explain_code(std::string_view code) {
  for (const ExplainedCode& known : kCodes) {
    if (known.code == code) return known.words;
  }
  return {};
}

std::string percent(double share) {
  const double value = share * 100;
  if (!std::isfinite(value)) return "an unknown share";
  if (std::abs(value) >= 99.95) return fmt::format("{:.0f} %", value);
  // Two digits, however small.
  return fmt::format("{:.{}f} %", value, std::abs(value) < 0.995 ? 2 : 1);
}

std::string interval_words(const Estimate& effect) {
  const std::string estimate =
      fmt::format("{}{}", effect.estimate >= 0 ? "+" : "", percent(effect.estimate));
  if (!effect.has_interval) return estimate;
  return fmt::format("{} ({:+.2f} to {:+.2f} %)", estimate, effect.low * 100, effect.high * 100);
}

Estimate as_share(const Estimate& ln) {
  return {std::expm1(ln.estimate), std::expm1(ln.low), std::expm1(ln.high), ln.has_interval};
}

void set_effect(const Estimate& ln, CellVerdict& cell) {
  cell.effect = as_share(ln);
  cell.head_ns = cell.base_ns * (1 + cell.effect->estimate);
}

int direction_of(const Estimate& ln, double minimal_effect) {
  const double limit = std::log1p(minimal_effect);
  if (!ln.has_interval) return 0;
  if (ln.estimate >= limit && ln.low > 0) return 1;
  if (ln.estimate <= -limit && ln.high < 0) return -1;
  return 0;
}

double deviation_of(const std::vector<double>& differences) {
  if (differences.size() < 2) return 0;
  const double robust = robust_deviation(differences);
  return robust > 0 ? robust : standard_deviation(differences);
}

double smallest_visible(double deviation, std::size_t count) {
  if (count < 2 || !(deviation > 0)) return std::numeric_limits<double>::quiet_NaN();
  return std::expm1(2.8 * 1.02 * deviation / std::sqrt(static_cast<double>(count)));
}

double smallest_called(double deviation, std::size_t count, double minimal_effect) {
  // 1.28: nine of ten estimates are above the limit, twice over four of five.
  const double called =
      std::log1p(minimal_effect) + 1.28 * 1.02 * deviation / std::sqrt(static_cast<double>(count));
  return std::max(smallest_visible(deviation, count), std::expm1(called));
}

namespace {

bool is(const CellVerdict& cell, Verdict verdict) {
  if (verdict == Verdict::untrusted && cell.verdict == Verdict::missing) return true;
  return cell.verdict == verdict;
}

std::size_t cells_in(const std::vector<CellVerdict>& verdicts) {
  std::set<std::string> names;
  for (const CellVerdict& each : verdicts) names.insert(each.cell);
  return names.size();
}

std::size_t count(const std::vector<CellVerdict>& verdicts, Verdict verdict) {
  std::set<std::string> names;
  for (const CellVerdict& each : verdicts) {
    if (is(each, verdict)) names.insert(each.cell);
  }
  return names.size();
}

// "cell (metric): reason", of the one that moved most.
std::string foremost(const std::vector<CellVerdict>& verdicts, Verdict verdict) {
  const CellVerdict* most = nullptr;
  const auto size = [](const CellVerdict& cell) {
    return cell.effect && std::isfinite(cell.effect->estimate) ? std::abs(cell.effect->estimate)
                                                               : 0;
  };
  for (const CellVerdict& each : verdicts) {
    if (!is(each, verdict)) continue;
    if (most == nullptr || size(each) > size(*most)) most = &each;
  }
  if (most == nullptr) return {};
  const std::string metric =
      most->metric == "ns_per_operation" ? "" : fmt::format(" ({})", most->metric);
  return fmt::format("{}{}: {}", most->cell, metric, most->reason);
}

// The largest of the smallest visible effects: what the least sensitive cell would have shown.
std::string sensitivity(const std::vector<CellVerdict>& verdicts) {
  double largest = 0;
  for (const CellVerdict& each : verdicts) {
    if (each.metric != "ns_per_operation") continue;
    if (!std::isfinite(each.mde)) return "an unknown size";
    largest = std::max(largest, each.mde);
  }
  return percent(largest);
}

}  // namespace

std::string suite_sentence(const SuiteVerdict& suite, const SuiteFacts& facts) {
  if (!facts.untrusted.empty()) {
    return fmt::format("nothing here can be trusted: {}", facts.untrusted.front());
  }
  if (suite.cells.empty()) return "nothing was compared, and that is not a pass";
  const std::size_t cells = cells_in(suite.cells);
  const auto of_cells = [&](Verdict verdict) {
    return fmt::format("{} of {} cell{}", count(suite.cells, verdict), cells,
                       cells == 1 ? "" : "s");
  };
  const std::size_t slower = count(suite.cells, Verdict::regression);
  switch (suite.verdict) {
    case Verdict::untrusted:
    case Verdict::missing:
      return fmt::format("{} cannot be judged{}; {}", of_cells(Verdict::untrusted),
                         slower > 0 ? fmt::format(" and {} got slower", slower) : "",
                         foremost(suite.cells, Verdict::untrusted));
    case Verdict::regression:
      return fmt::format("{} got slower; {}", of_cells(Verdict::regression),
                         foremost(suite.cells, Verdict::regression));
    case Verdict::suspect:
      return fmt::format("{} may have changed; {}", of_cells(Verdict::suspect),
                         foremost(suite.cells, Verdict::suspect));
    case Verdict::inconclusive:
      return fmt::format("{} could not be decided; {}", of_cells(Verdict::inconclusive),
                         foremost(suite.cells, Verdict::inconclusive));
    case Verdict::improved:
      return fmt::format("{} got faster and none slower; {}", of_cells(Verdict::improved),
                         foremost(suite.cells, Verdict::improved));
    case Verdict::pass:
      break;
  }
  return fmt::format("none of {} cell{} got slower; each would have shown a change of {}", cells,
                     cells == 1 ? "" : "s", sensitivity(suite.cells));
}

}  // namespace pmembench
