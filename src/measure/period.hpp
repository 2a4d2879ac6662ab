// Does a series repeat itself, and after how long: the H-test with a permutation of the maximum.
#pragma once

#include <cstdint>
#include <span>

namespace pmembench {

struct PeriodRule {
  double significance = 0.01;
  unsigned permutations = 499;
  unsigned fewest_cycles = 4;  // that the series must hold for a period to be looked for
};

struct Period {
  double period = 0;   // in steps of the series; the most likely one, significant or not
  double p_value = 1;  // how often an order by chance shows a statistic as large, at any period
  double statistic = 0;
  unsigned harmonics = 0;     // that the statistic was largest with: 1 is a sine, many are spikes
  bool halves_agree = false;  // each half of the series, alone, leads to the same period
  bool found = false;         // p_value <= significance, and the halves agree
};

// The periodogram of the logarithms (positive values; a value that is none, or not finite, counts
// as typical), with outliers clipped and the dependence of neighbours taken out by an AR(1) fit, so
// that drift is not called a period. At every frequency H = max over m of the first m harmonics'
// powers - 4 (m - 1), which finds a pulse of any width (O. de Jager, B. Raubenheimer, J. Swanepoel,
// A&A 221, 1989). Its null distribution is that of the largest H of the same values in random
// orders, so no look at many frequencies goes unpaid. Narrow pulses have an H as large at each
// multiple of their frequency: the period is the shortest after which nearly all repeats that
// repeats at all, by folding. It is found if its p is small and both halves of the series show it.
// Periods from 2 steps to n / fewest_cycles. Fewer than 16 values: nothing is found.
[[nodiscard]] Period find_period(std::span<const double> values, std::uint64_t seed,
                                 const PeriodRule& rule = {});

}  // namespace pmembench
