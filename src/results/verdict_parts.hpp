// What the files of the verdict share. For src/results only.
#pragma once

#include <string>
#include <vector>

#include "measure/estimate.hpp"
#include "results/verdict.hpp"

namespace pmembench {

// 0.0213 -> "2.1 %", 0.0031 -> "0.31 %".
[[nodiscard]] std::string percent(double share);
// "+4.9 % (+4.10 to +5.50 %)"; the estimate alone where there is no interval.
[[nodiscard]] std::string interval_words(const Estimate& effect);

// A difference of logarithms as head / base - 1.
[[nodiscard]] Estimate as_share(const Estimate& ln);

// The effect of a cell, whose base_ns is set, and with it head_ns: what the head takes where the
// base takes base_ns. The three come from one estimate, so that none contradicts another.
void set_effect(const Estimate& ln, CellVerdict& cell);

// Which way an effect of at least `minimal_effect` points whose interval excludes none: 1 slower,
// -1 faster, 0 neither.
[[nodiscard]] int direction_of(const Estimate& ln, double minimal_effect);

// The smallest effect (as a share) that the interval of `count` differences with this spread shows
// in four comparisons of five, and the one that is also called a change of `minimal_effect` or
// more, twice over. 2.8 = 1.96 + 0.84; 1.02 is what ranks need more than means.
// NaN where the differences do not show it: fewer than two, or all alike, as coarse clocks make
// them.
[[nodiscard]] double smallest_visible(double deviation, std::size_t count);
[[nodiscard]] double smallest_called(double deviation, std::size_t count, double minimal_effect);

// How differences scatter: normal samples lose nothing by it, and one wild process does not make
// the gate look blind. 0 where fewer than two are there, or all are alike.
[[nodiscard]] double deviation_of(const std::vector<double>& differences);

// Sets verdict, code and reason of a cell.
void conclude(Verdict verdict, std::string code, std::string reason, CellVerdict& cell);

// One sentence for a suite whose cells and verdict are final.
[[nodiscard]] std::string suite_sentence(const SuiteVerdict& suite, const SuiteFacts& facts);

}  // namespace pmembench
