#include "characterize/line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "measure/estimate.hpp"

namespace pmembench {
namespace {

constexpr double kLineSignificance = 1e-4;
constexpr std::size_t kFewestPairs = 20;
constexpr double kLeastGain = 0.05;  // of a pair's time: less is a row that is still open
constexpr double kSmallestLine = 64;

struct PairGain {
  double p = 1;
  Estimate share;  // of the far pair's time that the near one saves
};

PairGain gain_of(const PairSlices& slices) {
  PairGain gain;
  std::uint64_t wins = 0, trials = 0;
  std::vector<double> shares;
  for (std::size_t i = 0; i < slices.near_ns.size(); ++i) {
    const double share = std::log(slices.far_ns[i] / slices.near_ns[i]);
    shares.push_back(share);
    if (share == 0) continue;
    ++trials;
    if (share > 0) ++wins;
  }
  gain.p = trials == 0 ? 1 : sign_test_p(wins, trials);
  gain.share = hodges_lehmann(shares);
  return gain;
}

}  // namespace

Inference infer_line(std::string_view property, std::span<const PairSlices> slices) {
  Inference result;
  result.property = property;
  result.unit = "B";
  result.value = kSmallestLine;
  double seen = 0;
  std::size_t left = slices.size();
  bool ended = false;
  for (const PairSlices& each : slices) {
    if (each.near_ns.size() < kFewestPairs || each.near_ns.size() != each.far_ns.size()) {
      return not_determined(property, fmt::format("fewer than {} pairs at a distance of {} bytes",
                                                  kFewestPairs, each.distance_bytes));
    }
    const PairGain gain = gain_of(each);
    const double least = std::max(kLeastGain, seen / 3);
    if (gain.p > kLineSignificance / static_cast<double>(left) || gain.share.estimate < least) {
      const double room = seen > 0 ? 2 * seen / 3 : 1.5 * kLeastGain;
      if (gain.share.high > room) {
        return not_determined(
            property, fmt::format("noise: at a distance of {} bytes a gain of {:.0f} % is possible "
                                  "and not shown",
                                  each.distance_bytes, 100 * gain.share.high));
      }
      ended = true;
      break;
    }
    seen = std::max(seen, gain.share.estimate);
    result.p = std::max(gain.p, result.p == 1 ? 0 : result.p);
    result.value = 2 * static_cast<double>(each.distance_bytes);
    --left;
  }
  if (!ended) return not_determined(property, "the line is longer than the longest distance tried");
  result.low = result.high = result.value;
  result.determined = true;
  result.test = "sign test of pairs, distances doubling";
  if (result.value == 2 * kSmallestLine) {
    result.note = "a prefetcher of adjacent lines looks the same";
  }
  return result;
}

}  // namespace pmembench
