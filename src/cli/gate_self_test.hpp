// The self-test of a gate: how often it alarms at nothing, and how often it finds an injected
// slowdown.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/gate_session.hpp"
#include "results/comparison.hpp"

namespace pmembench {

struct SelfTestSettings {
  std::vector<double> slowdowns;  // slowdowns; the comparison of equals comes first in any case
  unsigned suites = 1;            // real ones of each kind
  unsigned replicates = 20;       // of a stage
  unsigned resampled = 1000;      // suites resampled from the real three-arm blocks of each kind
  std::uint64_t seed = 1;         // of the drawing
};

// How often something was seen, of how many.
struct Count {
  std::uint64_t hits = 0, of = 0;
};

struct SelfTestCell {
  std::string cell;
  Count flagged, confirmed;  // in real suites: by the first stage, by both stages
  Count resampled_flagged, resampled_confirmed;
  Estimate effect;  // over all real three-arm blocks of the first stages, head / base - 1
};

// One kind of suite: equals (`slowdown` 0), or a slowdown.
struct SelfTestLevel {
  double slowdown = 0;
  Count suites;                 // with a confirmed alarm in any cell
  Count resampled_suites;       // the same, resampled; of 0 if there are too few real blocks
  std::uint64_t untrusted = 0;  // cells of real suites that were not judged
  std::size_t triples = 0;      // real ones of a cell
  std::vector<SelfTestCell> cells;
};

// Sets the slowdown that the workers inject: in base, control and head.
using SetSlowdowns = std::function<void(const std::array<std::optional<double>, kArms>& slowdowns)>;

// Suites of all kinds in turn, so that a change of the machine meets them all. A slowdown is
// injected into the head, and its barriers into the base too (run/slowdown.hpp), so that they
// cancel out. Errors: a signal arrived (EINTR); a cell did not run (runtime).
Result<std::vector<SelfTestLevel>> self_test(const Plan& plan, const SelfTestSettings& settings,
                                             const GateRules& rules, const MeasureStage& measure,
                                             const SetSlowdowns& set_slowdowns, const Clock& clock,
                                             const std::function<void(const std::string&)>& say);

// Rates with Clopper-Pearson intervals: real and resampled ones in separate columns.
[[nodiscard]] std::string self_test_text(const std::vector<SelfTestLevel>& levels,
                                         const SelfTestSettings& settings);
// The comparison document's part: kind, verdict, sentence and a verdict for each cell and level.
[[nodiscard]] Comparison self_test_comparison(const std::vector<SelfTestLevel>& levels,
                                              const SelfTestSettings& settings,
                                              const GateRules& rules);
// The further members of the document, under "self_test".
[[nodiscard]] nlohmann::json to_json(const std::vector<SelfTestLevel>& levels);

}  // namespace pmembench
