// Two pieces of work, timed alternately in short slices, and the ratio of their speeds.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace pmembench::bench {

// Does `n` operations.
using Work = std::function<void(std::uint64_t n)>;

struct PairedSlices {
  std::vector<double> ours_ns, reference_ns;  // per operation; index by index a pair
};

// `pairs` times both, in random order, each in a slice of `slice_ns` that begins just after the
// thread blocked, so that the scheduler has no reason to end it early (docs/methodology.md). Both
// do the same number of operations, as many as the reference does in slice_ns.
// `settle` is called once the length of a slice is known and both have run: untimed.
PairedSlices time_in_pairs(const Work& ours, const Work& reference, unsigned pairs,
                           std::uint64_t slice_ns, std::uint64_t seed,
                           const std::function<void()>& settle = {});

// A median with a distribution-free interval of at least 95 %: the order statistics whose ranks a
// sign test would not refuse (binomial with p = 1/2).
struct MedianInterval {
  double median = 0, low = 0, high = 0;
};
MedianInterval median_interval(std::vector<double> values);

// Operations per second of ours over those of the reference, pair by pair.
MedianInterval speed_ratio(const PairedSlices& slices);

}  // namespace pmembench::bench
