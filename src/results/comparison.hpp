// Comparison: the document that `compare`, `gate` and `gate --self-test` make; docs/schema.md.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "results/verdict.hpp"

namespace pmembench {

struct ComparisonSide {
  std::string label, version, machine_fingerprint;
  std::optional<std::int64_t> run;
};

struct EnvironmentDifference {
  std::string name, base, head;
};

// An entry of a side's file that was not compared, and why. `side`: "base", "head" or "both".
struct LeftOut {
  std::string side, entry, reason;
};

// A cell of which one side or both were imported: shown next to the others, judged by nothing.
struct ImportedPair {
  std::string cell;
  std::string base_source, head_source;  // the tool; empty: measured by pmembench
  double base_ns = 0, head_ns = 0;       // NaN: that side has no time
};

struct Comparison {
  std::string kind;  // "compare", "gate", "self-test"
  std::string created_utc, command_line, seed;
  Verdict verdict = Verdict::untrusted;
  int exit = 4;
  std::string sentence;
  ComparisonSide base, head;
  std::vector<EnvironmentDifference> environment_differences;
  double minimal_effect = 0.02, confidence = 0.95, expected_false_alarms = 0;
  unsigned replicates = 0, slices = 0;
  std::vector<std::string> base_only, head_only;
  std::vector<LeftOut> left_out;
  std::vector<CellVerdict> cells;
  std::vector<ImportedPair> imported;
};

// Takes over verdict, exit, sentence, cells and expected false alarms; replicates and slices are
// the largest of any cell.
void adopt(const SuiteVerdict& suite, const GateRules& rules, Comparison& comparison);

// The document, version 1; NaN becomes null.
[[nodiscard]] nlohmann::json to_json(const Comparison& comparison);
// Refuses (usage) a text that is not such a document, is of another version, or lacks a field:
// names it.
Result<Comparison> comparison_from_json(const nlohmann::json& document);

// The fields of two environments that differ, by their dotted names; what changes by itself
// (load, free memory) is left out.
[[nodiscard]] std::vector<EnvironmentDifference> environment_differences(
    const nlohmann::json& base, const nlohmann::json& head);

// GitHub takes 1 MiB of summary, and drops all of a longer one.
inline constexpr std::size_t kMarkdownLimitBytes = 1'000'000;
// The verdict first, then what is on one side only, what is flagged, and the rest folded away.
// Never longer than `limit_bytes` (at least 16384): the folded rest is cut, and says so.
[[nodiscard]] std::string comparison_markdown(const Comparison& comparison,
                                              std::size_t limit_bytes = kMarkdownLimitBytes);
// JUnit XML: a testcase is a cell and a metric.
[[nodiscard]] std::string comparison_junit(const Comparison& comparison);

}  // namespace pmembench
