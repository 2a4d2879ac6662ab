// Verdicts on samples of a comparison: pure logic, docs/methodology.md has the rules.
#pragma once

#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "measure/arm_samples.hpp"
#include "measure/estimate.hpp"
#include "record/row.hpp"

namespace pmembench {

enum class Verdict { pass, improved, inconclusive, suspect, regression, missing, untrusted };
// "PASS", "IMPROVED", "INCONCLUSIVE", "SUSPECT", "REGRESSION", "MISSING", "UNTRUSTED".
[[nodiscard]] std::string_view name_of(Verdict verdict);
[[nodiscard]] std::optional<Verdict> verdict_from(std::string_view name);

struct GateRules {
  double minimal_effect = 0.02;        // of the time per operation: head / base - 1
  double confidence = 0.95;            // of every interval, and of the confirmation
  double false_discovery_rate = 0.05;  // Benjamini-Hochberg over the suite, first stage
  // Latency percentiles scatter more than means, the rarer the more. p99.99 and the maximum are
  // never judged.
  double p50_effect = 0.05;
  double p99_effect = 0.25;
  double p999_effect = 1.0;
  // A median of single operations below this is a handful of clock steps, and is not judged.
  double minimum_p50_ns = 200;
  // A head whose memory is in pages of another kind is another experiment. False if the arms are
  // meant to differ in it (--head-media).
  bool require_same_pages = true;
  bool strict = false;  // an inconclusive suite exits 3
};

// The judgement of one metric of one cell: an entry of the comparison document.
struct CellVerdict {
  std::string cell;
  std::string metric;  // "ns_per_operation", "p50", "p99", "p99.9"
  Verdict verdict = Verdict::inconclusive;
  std::string code;    // short and stable; explain_code() says it in words
  std::string reason;  // one sentence; of a PASS too: what would have been seen
  // Looks like a change and has not been seen in fresh processes yet: measure the cell again.
  bool wants_confirmation = false;
  bool paired = true;
  std::optional<Estimate> effect, control_effect, confirmation;  // head / base - 1
  double p_value = std::numeric_limits<double>::quiet_NaN();     // of the first stage
  // The smallest effect that the interval would show in four comparisons of five, as a share; NaN
  // unknown.
  double mde = std::numeric_limits<double>::quiet_NaN();
  double minimal_effect = 0;
  double base_ns = std::numeric_limits<double>::quiet_NaN();
  double head_ns = std::numeric_limits<double>::quiet_NaN();
  unsigned replicates = 0, slices = 0;  // three-arm blocks judged, and slices of an arm in each
  std::vector<Warning> warnings;
};

// What is known about a suite in addition to its samples.
struct SuiteFacts {
  std::vector<std::string> declared;   // cells that must be there; empty: those of the samples
  std::vector<std::string> untrusted;  // sentences: why no number here can be trusted
};

struct SuiteVerdict {
  Verdict verdict = Verdict::untrusted;
  int exit = 4;
  std::string sentence;
  double expected_false_alarms = 0;  // at most, in a suite of which nothing changed
  std::vector<CellVerdict> cells;  // in the order of the samples; missing declared ones at the end
  std::vector<std::string> wants_confirmation;  // cells, each once
};

// One entry for each metric of the cell, the time per operation first; never none. `confirmation`:
// the same cell from fresh processes, or null. Alone in its suite.
[[nodiscard]] std::vector<CellVerdict> judge_cell(const ArmSamples& stage1,
                                                  const ArmSamples* confirmation,
                                                  const GateRules& rules);

// All cells of a gate. `confirmations`: of those cells that wanted one, found by their name. Call
// it without them first, measure what it wants confirmed, and call it again with both.
[[nodiscard]] SuiteVerdict judge_suite(std::span<const ArmSamples> stage1,
                                       std::span<const ArmSamples> confirmations,
                                       const GateRules& rules, const SuiteFacts& facts = {});

// The worst of many verdicts, as a suite's: what cannot be trusted before what got slower.
[[nodiscard]] Verdict worst_of(std::span<const CellVerdict> cells);

// 0 pass, improved and suspect, 1 regression, 3 inconclusive if strict (else 0), 4 untrusted,
// missing.
[[nodiscard]] int exit_of(Verdict verdict, bool strict);

// What a reason code means and what to do about it; empty for a code that is none.
[[nodiscard]] std::string_view explain_code(std::string_view code);

}  // namespace pmembench
