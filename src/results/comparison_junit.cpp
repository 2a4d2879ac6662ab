// A comparison as JUnit XML, which CI systems show next to the tests.
#include <unistd.h>

#include <cmath>

#include "results/comparison_parts.hpp"
#include "results/verdict_parts.hpp"

namespace pmembench {
namespace {

std::string xml_escaped(std::string_view text) {
  std::string result;
  for (const char c : plain_text(text)) {
    if (c == '&') {
      result += "&amp;";
    } else if (c == '<') {
      result += "&lt;";
    } else if (c == '>') {
      result += "&gt;";
    } else if (c == '"') {
      result += "&quot;";
    } else if (c == '\'') {
      result += "&apos;";
    } else {
      result += c;
    }
  }
  return result;
}

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

// "2026-11-30T03:01:39Z" without its zone, which one schema does not take; UTC.
std::string timestamp_of(const std::string& created_utc) {
  constexpr std::size_t kLength = std::string_view("2026-11-30T03:01:39").size();
  if (created_utc.size() < kLength) return "1970-01-01T00:00:00";
  return created_utc.substr(0, kLength);
}

std::string host_name() {
  char name[256] = {};
  if (gethostname(name, sizeof name - 1) != 0 || name[0] == '\0') return "localhost";
  return name;
}

enum class Outcome { passed, failure, skipped, error };

Outcome outcome_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
    case Verdict::improved:
      return Outcome::passed;
    case Verdict::regression:
      return Outcome::failure;
    case Verdict::inconclusive:
    case Verdict::suspect:
      return Outcome::skipped;
    case Verdict::missing:
    case Verdict::untrusted:
      break;
  }
  return Outcome::error;
}

// GitLab drops the attribute and shows the body; others do the reverse.
std::string outcome_element(const CellVerdict& cell) {
  const std::string message =
      xml_escaped(fmt::format("{}: {}", name_of(cell.verdict), cell.reason));
  switch (outcome_of(cell.verdict)) {
    case Outcome::passed:
      break;
    case Outcome::failure:
      return fmt::format("    <failure type=\"regression\" message=\"{}\">{}</failure>\n", message,
                         message);
    case Outcome::skipped:
      return fmt::format("    <skipped message=\"{}\">{}</skipped>\n", message, message);
    case Outcome::error:
      return fmt::format("    <error type=\"{}\" message=\"{}\">{}</error>\n",
                         cell.verdict == Verdict::missing ? "missing" : "untrusted", message,
                         message);
  }
  return {};
}

std::string testcase(std::string_view class_name, const CellVerdict& cell) {
  return fmt::format("  <testcase classname=\"{}\" name=\"{} {}\" time=\"0\">\n", class_name,
                     xml_escaped(cell.cell), xml_escaped(cell.metric)) +
         outcome_element(cell) + "  </testcase>\n";
}

}  // namespace

std::string comparison_junit(const Comparison& comparison) {
  std::size_t failures = 0;
  std::size_t skipped = 0;
  std::size_t errors = 0;
  const std::string class_name = "pmembench." + xml_escaped(comparison.kind);
  std::string cases, statistics;
  const auto add = [&](const CellVerdict& cell) {
    const Outcome outcome = outcome_of(cell.verdict);
    failures += outcome == Outcome::failure ? 1 : 0;
    skipped += outcome == Outcome::skipped ? 1 : 0;
    errors += outcome == Outcome::error ? 1 : 0;
    cases += testcase(class_name, cell);
    statistics += xml_escaped(statistics_line(cell)) + "\n";
  };
  for (const CellVerdict& cell : comparison.cells) add(cell);
  // What no cell can say: nothing was compared, or nothing of it can be trusted.
  const bool unsaid = comparison.verdict == Verdict::untrusted && errors == 0;
  if (unsaid) {
    CellVerdict suite;
    suite.cell = "the suite";
    suite.metric = "verdict";
    suite.verdict = Verdict::untrusted;
    suite.reason = comparison.sentence;
    add(suite);
  }
  const auto property = [](std::string_view name, std::string_view value) {
    return fmt::format("    <property name=\"{}\" value=\"{}\"/>\n", name, xml_escaped(value));
  };
  return fmt::format(
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
             "<testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" "
             "time=\"0\" hostname=\"{}\" timestamp=\"{}\">\n  <properties>\n",
             class_name, comparison.cells.size() + (unsaid ? 1 : 0), failures, errors, skipped,
             xml_escaped(host_name()), timestamp_of(comparison.created_utc)) +
         property("verdict", name_of(comparison.verdict)) +
         property("base", comparison.base.label) + property("head", comparison.head.label) +
         "  </properties>\n" + cases + "  <system-out>" + statistics +
         "</system-out>\n  <system-err></system-err>\n</testsuite>\n";
}

}  // namespace pmembench
