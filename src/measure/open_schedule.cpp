#include "measure/open_schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.hpp"
#include "base/random.hpp"

namespace pmembench {

OpenSchedule::OpenSchedule(Arrival arrival, double ticks_apart, double phase)
    : arrival_(arrival),
      apart_(static_cast<std::uint64_t>(std::llround(ticks_apart * (1U << kFractionBits)))),
      phase_(static_cast<std::uint64_t>(phase * ticks_apart * (1U << kFractionBits))),
      first_(phase_) {
  PMB_CHECK(arrival != Arrival::closed && ticks_apart > 0, "an open loop has a rate");
  if (arrival == Arrival::poisson) intervals_.assign(kEntries, apart_);
}

void OpenSchedule::refill(std::uint64_t seed, std::uint64_t operations) {
  if (!open()) return;
  window_ = static_cast<std::uint64_t>(
                std::llround(static_cast<double>(apart_) * static_cast<double>(operations))) >>
            kFractionBits;
  if (arrival_ == Arrival::poisson) draw(seed, operations);
}

// One interval before each arrival and one behind the last end with the window, if the table holds
// them; the last entry then reaches to the first arrival behind the window.
void OpenSchedule::draw(std::uint64_t seed, std::uint64_t operations) {
  Random random(seed);
  const auto exponential = [&random] { return -std::log(1 - random.unit()); };
  const bool whole = operations < kEntries - 1;
  std::vector<double> draws(whole ? operations + 1 : kEntries);
  for (double& draw : draws) draw = exponential();
  // So many draws have a mean that is off; the rate asked for must not be.
  const double sum = std::accumulate(draws.begin(), draws.end(), 0.0);
  const auto arrivals = static_cast<double>(whole ? operations : kEntries);
  const double scale = arrivals * static_cast<double>(apart_) / sum;
  if (whole) draws.back() += exponential() * sum / arrivals;
  const auto ticks = [scale](double draw) {
    return static_cast<std::uint64_t>(std::llround(draw * scale));
  };
  first_ = ticks(draws.front());
  intervals_.clear();
  std::transform(draws.begin() + 1, draws.end(), std::back_inserter(intervals_), ticks);
  if (!whole) intervals_.push_back(first_);
}

}  // namespace pmembench
