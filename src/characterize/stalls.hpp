// Stalls that come back: refresh in time, wear levelling in writes.
#pragma once

#include "characterize/inference.hpp"

namespace pmembench {

// Operations of one line in order: what each took, in ns.
struct StallSeries {
  std::vector<double> ns;
  bool by_time = true;  // false: the period is in operations
  double slot_ns = 0;   // not 0: `ns` are the slowest operations of slots of this length
};

struct StallResult {
  Inference period, stall;
};

// The slowest operation of each slot of a few operations, over the median of its neighbourhood;
// find_period of the slots (H-test with a permutation, the fundamental, both halves agree). Stalls
// of two kinds, of which one is at least half as long again, are looked at one after the other, the
// longer first. The period is then that of the line through the times of the stalls, its interval
// from their scatter; the stall is what those operations take more than their neighbours. Periods
// of 100 us and more are noted as those of a timer. None: p > 0.05. Not determined: between that
// and 0.01, halves that disagree, stalls that meet at a fraction of the period or all at a multiple
// of it, fewer than 2,000 operations. Of a period in operations, stalls that come back after a time
// are left out.
[[nodiscard]] StallResult infer_stalls(std::string_view period, std::string_view stall,
                                       const StallSeries& series, std::uint64_t seed);

}  // namespace pmembench
