// What the files of the verdict share. For src/results only.
#pragma once

#include <string>

#include "measure/estimate.hpp"
#include "results/verdict.hpp"

namespace pmembench {

// 0.0213 -> "2.1 %", 0.0031 -> "0.31 %".
[[nodiscard]] std::string percent(double share);
// "+4.9 % (+4.10 to +5.50 %)"; the estimate alone where there is no interval.
[[nodiscard]] std::string interval_words(const Estimate& effect);

// A difference of logarithms as head / base - 1.
[[nodiscard]] Estimate as_share(const Estimate& ln);

// Which way an effect of at least `minimal_effect` points whose interval excludes none: 1 slower,
// -1 faster, 0 neither.
[[nodiscard]] int direction_of(const Estimate& ln, double minimal_effect);

// The smallest effect (as a share) that the interval of `count` differences with this spread shows
// in four comparisons of five, and the one that is also called a change of `minimal_effect` or
// more, twice over. 2.8 = 1.96 + 0.84; 1.02 is what ranks need more than means.
[[nodiscard]] double smallest_visible(double deviation, std::size_t count);
[[nodiscard]] double smallest_called(double deviation, std::size_t count, double minimal_effect);

// Sets verdict, code and reason of a cell.
void conclude(Verdict verdict, std::string code, std::string reason, CellVerdict& cell);

// One sentence for a suite whose cells and verdict stand.
[[nodiscard]] std::string suite_sentence(const SuiteVerdict& suite, const SuiteFacts& facts);

}  // namespace pmembench
