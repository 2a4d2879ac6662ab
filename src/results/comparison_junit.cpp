// A comparison as JUnit XML, which CI systems show next to the tests.
#include <cmath>

#include "base/junit.hpp"
#include "results/comparison_parts.hpp"
#include "results/verdict_parts.hpp"

namespace pmembench {
namespace {

std::string six_digits(double value) {
  return std::isfinite(value) ? fmt::format("{:.6g}", value) : "";
}

// One line of the suite's <system-out>: neither schema has a place for it in a testcase.
std::string statistics_line(const CellVerdict& cell) {
  std::string text =
      fmt::format("{} {}: verdict={}", cell.cell, cell.metric, name_of(cell.verdict));
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) text += fmt::format(" {}={}", name, value);
  };
  add("code", cell.code);
  if (cell.effect) {
    add("est", six_digits(cell.effect->estimate));
    if (cell.effect->has_interval) {
      add("ci", six_digits(cell.effect->low) + ".." + six_digits(cell.effect->high));
    }
  }
  add("mde", six_digits(cell.mde));
  add("p", six_digits(cell.p_value));
  add("P", std::to_string(cell.replicates));
  add("s", std::to_string(cell.slices));
  return text;
}

JunitOutcome outcome_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
    case Verdict::improved:
      return JunitOutcome::passed;
    case Verdict::regression:
      return JunitOutcome::failure;
    case Verdict::inconclusive:
    case Verdict::suspect:
      return JunitOutcome::skipped;
    case Verdict::missing:
    case Verdict::untrusted:
      break;
  }
  return JunitOutcome::error;
}

JunitCase case_of(const std::string& class_name, const CellVerdict& cell) {
  JunitCase out;
  out.class_name = class_name;
  out.name = cell.cell + " " + cell.metric;
  out.outcome = outcome_of(cell.verdict);
  out.type = out.outcome == JunitOutcome::failure ? "regression"
             : cell.verdict == Verdict::missing   ? "missing"
                                                  : "untrusted";
  out.message = fmt::format("{}: {}", name_of(cell.verdict), cell.reason);
  return out;
}

}  // namespace

std::string comparison_junit(const Comparison& comparison) {
  JunitSuite suite;
  suite.name = "pmembench." + comparison.kind;
  suite.created_utc = comparison.created_utc;
  suite.properties = {{"verdict", std::string(name_of(comparison.verdict))},
                      {"base", comparison.base.label},
                      {"head", comparison.head.label}};
  bool has_error = false;
  const auto add = [&](const CellVerdict& cell) {
    suite.cases.push_back(case_of(suite.name, cell));
    suite.lines.push_back(statistics_line(cell));
    has_error = has_error || suite.cases.back().outcome == JunitOutcome::error;
  };
  for (const CellVerdict& cell : comparison.cells) add(cell);
  // What no cell can say: nothing was compared, or nothing of it can be trusted.
  if (comparison.verdict == Verdict::untrusted && !has_error) {
    CellVerdict whole;
    whole.cell = "the suite";
    whole.metric = "verdict";
    whole.verdict = Verdict::untrusted;
    whole.reason = comparison.sentence;
    add(whole);
  }
  return junit_xml(suite);
}

}  // namespace pmembench
