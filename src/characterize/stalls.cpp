#include "characterize/stalls.hpp"

#include <algorithm>
#include <cmath>

#include "measure/estimate.hpp"
#include "measure/period.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kFewestOperations = 2000;
constexpr std::size_t kMostSlots = 4000;
constexpr double kTimer_ns = 100'000;
constexpr double kNoPeriod = 0.05;
constexpr std::size_t kNeighbours = 50;

struct StallSlots {
  std::vector<double> slowest;
  double width = 1;
};

// Each over the median of its neighbourhood: a burst of the host changes all of a time alike.
std::vector<double> over_neighbours(const std::vector<double>& ns) {
  std::vector<double> level(ns.size());
  for (std::size_t begin = 0; begin < ns.size(); begin += kNeighbours) {
    const std::size_t count = std::min(kNeighbours, ns.size() - begin);
    const double typical = median(std::span(ns).subspan(begin, count));
    for (std::size_t i = begin; i < begin + count; ++i) level[i] = ns[i] / typical;
  }
  return level;
}

// Slots of equal time (or of as many operations), so that a period of time is one of slots.
StallSlots slots_of(const StallSeries& series, const std::vector<double>& ends) {
  const std::vector<double> level = over_neighbours(series.ns);
  StallSlots slots;
  const double typical = series.by_time ? median(series.ns) : 1;
  slots.width = std::max(series.slot_ns > 0 ? series.slot_ns : 1.02 * typical,
                         ends.back() / static_cast<double>(kMostSlots));
  slots.slowest.assign(static_cast<std::size_t>(ends.back() / slots.width) + 1, 0);
  for (std::size_t i = 0; i < ends.size(); ++i) {
    // Where it began: a stall belongs to the moment that it was caused in.
    const double began = i == 0 ? 0 : ends[i - 1];
    double& slot = slots.slowest[static_cast<std::size_t>(began / slots.width)];
    slot = std::max(slot, level[i]);
  }
  slots.slowest.pop_back();
  return slots;
}

// The stalls nearest to each multiple of the period from the phase that most of them share.
struct StallTrain {
  std::vector<double> number, at, ns;
};

StallTrain train_of(const StallSeries& series, const std::vector<double>& ends, double period) {
  const double typical = median(series.ns);
  std::vector<std::size_t> order(series.ns.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto cycles = static_cast<std::size_t>(ends.back() / period);
  const std::size_t kept = std::min(order.size(), cycles + cycles / 4 + 2);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                    [&](std::size_t a, std::size_t b) { return series.ns[a] > series.ns[b]; });
  order.resize(kept);
  const auto began = [&](std::size_t i) { return i == 0 ? 0 : ends[i - 1]; };
  // The phase with most of them within an eighth of the period.
  double phase = 0;
  std::size_t most = 0;
  for (const std::size_t candidate : order) {
    std::size_t near = 0;
    for (const std::size_t other : order) {
      const double turns = (began(other) - began(candidate)) / period;
      if (std::abs(turns - std::round(turns)) < 0.125) ++near;
    }
    if (near <= most) continue;
    most = near;
    phase = began(candidate);
  }
  StallTrain train;
  for (const std::size_t i : order) {
    const double turns = (began(i) - phase) / period;
    if (std::abs(turns - std::round(turns)) >= 0.125 || series.ns[i] < 1.1 * typical) continue;
    train.number.push_back(std::round(turns));
    train.at.push_back(began(i));
    train.ns.push_back(series.ns[i]);
  }
  return train;
}

StallResult neither_stall(std::string_view period, std::string_view stall,
                          const std::string& reason) {
  return {not_determined(period, reason), not_determined(stall, reason)};
}

}  // namespace

StallResult infer_stalls(std::string_view period, std::string_view stall, const StallSeries& series,
                         std::uint64_t seed) {
  if (series.ns.size() < kFewestOperations) {
    return neither_stall(period, stall, "fewer than 2,000 operations");
  }
  std::vector<double> ends(series.ns.size());
  double now = 0;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    now += series.slot_ns > 0 ? series.slot_ns : series.by_time ? series.ns[i] : 1;
    ends[i] = now;
  }
  const StallSlots slots = slots_of(series, ends);
  PeriodRule rule;
  rule.permutations = 99;
  const Period found = find_period(slots.slowest, seed, rule);
  const std::string test = "H-test of slots by permutation, both halves agree";
  StallResult result;
  result.period = {.property = std::string(period),
                   .unit = series.by_time ? "ns" : "writes",
                   .p = found.p_value,
                   .test = test};
  result.stall = {.property = std::string(stall), .unit = "ns", .p = found.p_value, .test = test};
  if (!found.found) {
    if (found.p_value <= kNoPeriod) {
      return neither_stall(period, stall,
                           found.halves_agree ? "a period is possible and not shown"
                                              : "the halves of the series disagree");
    }
    result.period.determined = result.stall.determined = true;
    result.period.none = result.stall.none = true;
    result.period.missed = result.stall.missed =
        "periods below two operations, or above a quarter of the series";
    return result;
  }
  const StallTrain train = train_of(series, ends, found.period * slots.width);
  if (train.at.size() < 8) return neither_stall(period, stall, "fewer than eight stalls");
  const Line line = fit_line(train.number, train.at);
  double squares = 0, spread = 0, mean = 0;
  const auto count = static_cast<double>(train.at.size());
  for (const double number : train.number) mean += number / count;
  for (std::size_t i = 0; i < train.at.size(); ++i) {
    const double off = train.at[i] - line.intercept - line.slope * train.number[i];
    squares += off * off;
    spread += (train.number[i] - mean) * (train.number[i] - mean);
  }
  const double error = 2 * std::sqrt(squares / (count - 2) / std::max(spread, 1.0));
  if (!(error < 0.05 * line.slope)) {
    return neither_stall(period, stall, "the stalls scatter too much about their period");
  }
  result.period.determined = result.stall.determined = true;
  result.period.value = line.slope;
  result.period.low = line.slope - error;
  result.period.high = line.slope + error;
  if (series.by_time && line.slope >= kTimer_ns) result.period.note = "a timer, not a refresh";
  std::vector<double> more;
  for (const double ns : train.ns) more.push_back(ns - median(series.ns));
  const Estimate cost =
      hodges_lehmann(std::span(more).first(std::min<std::size_t>(more.size(), 200)));
  result.stall.value = cost.estimate;
  result.stall.low = cost.low;
  result.stall.high = cost.high;
  return result;
}

}  // namespace pmembench
