#include "measure/open_schedule.hpp"

#include <cmath>
#include <numeric>

#include "base/check.hpp"
#include "base/random.hpp"

namespace pmembench {

OpenSchedule::OpenSchedule(Arrival arrival, double ticks_apart, double phase)
    : arrival_(arrival),
      apart_(static_cast<std::uint64_t>(std::llround(ticks_apart * (1U << kFractionBits)))),
      first_(static_cast<std::uint64_t>(phase * ticks_apart * (1U << kFractionBits))) {
  PMB_CHECK(arrival != Arrival::closed && ticks_apart > 0, "an open loop has a rate");
  if (arrival == Arrival::poisson) intervals_.assign(kEntries, apart_);
}

void OpenSchedule::refill(std::uint64_t seed) {
  if (intervals_.empty()) return;
  Random random(seed);
  std::vector<double> draws(kEntries);
  for (double& draw : draws) draw = -std::log(1 - random.unit());
  // So many draws have a mean that is off by 0.8 %; the rate asked for must not be.
  const double mean =
      std::accumulate(draws.begin(), draws.end(), 0.0) / static_cast<double>(kEntries);
  for (std::size_t i = 0; i < kEntries; ++i) {
    intervals_[i] =
        static_cast<std::uint64_t>(std::llround(draws[i] / mean * static_cast<double>(apart_)));
  }
  at_ = random.below(kEntries);
}

}  // namespace pmembench
