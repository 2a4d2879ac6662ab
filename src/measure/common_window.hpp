// The time in which all hosts of a measurement ran, and which of their slices are wholly in it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace pmembench {

// When a slice began and ended, on the one clock that all times are brought to.
struct SliceTime {
  double begin_ns = 0;
  double end_ns = 0;
};

// What one rank did: its slices in time order, and how far their times can be off.
struct RankSlices {
  std::vector<SliceTime> slices;
  double bound_ns = 0;
};

struct CommonWindow {
  double begin_ns = 0;
  double end_ns = 0;  // not after begin_ns: the ranks never ran together
  // By rank: the first counted slice, and one behind the last. Slices between them are counted.
  struct Counted {
    std::size_t first = 0;
    std::size_t end = 0;
    [[nodiscard]] std::size_t count() const { return end - first; }
  };
  std::vector<Counted> counted;
  std::vector<double> lateness_ns;  // by rank: its first slice after the agreed start
  std::vector<double> busy_share;   // by rank: of the window, the part inside counted slices
  std::size_t first_done = 0;       // the rank whose last slice ended first
  std::size_t last_done = 0;        // and the one whose last slice ended last
  double first_done_ns = 0, last_done_ns = 0;  // after the agreed start
  [[nodiscard]] double length_ns() const { return end_ns > begin_ns ? end_ns - begin_ns : 0; }
};

// The window begins when the last rank has begun and ends when the first has ended, both with
// certainty: by as much later and earlier as the clocks can be off. A slice counts if it is in the
// window with the same certainty. Requires a rank.
[[nodiscard]] CommonWindow common_window(std::span<const RankSlices> ranks, double start_ns);

// Why the window holds no result: the ranks never ran together, or one of them has no whole slice
// in it. Empty: it holds one. `hosts`: a name for each rank.
[[nodiscard]] std::string empty_window(const CommonWindow& window,
                                       std::span<const std::string> hosts);

}  // namespace pmembench
