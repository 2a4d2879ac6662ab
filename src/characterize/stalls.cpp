#include "characterize/stalls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/units.hpp"
#include "measure/estimate.hpp"
#include "measure/period.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kFewestOperations = 2000;
constexpr std::size_t kMostSlots = 4000;
constexpr double kTimer_ns = 100'000;
constexpr double kSignificance = 0.01;
constexpr double kNoPeriod = 0.05;
constexpr std::size_t kReach = 25;   // operations to either side that are its neighbourhood
constexpr double kNear = 0.125;      // of a period, from where a stall is expected
constexpr double kLeastStall = 1.1;  // of an operation that does not stall
constexpr double kOfAnotherKind =
    1.5;  // the least of the long stalls over the longest of the short
constexpr std::size_t kFewestStalls = 8;

// Operations in order, each over the median of its neighbourhood: a burst of the host changes all
// of a time alike, and a running median follows its edges.
struct LevelledSeries {
  std::vector<double> level_ns, ratio;
  // When it was let go on: what waits for the end of a stall goes on at that time, all alike.
  std::vector<double> at;
  double end = 0, typical = 1;  // of an operation, as `at`
};

LevelledSeries levelled(const StallSeries& series) {
  const std::vector<double>& ns = series.ns;
  LevelledSeries own;
  std::vector<double> window;
  for (std::size_t i = 0; i < ns.size(); ++i) {
    const std::size_t begin = i < kReach ? 0 : i - kReach;
    const std::size_t end = std::min(ns.size(), i + kReach + 1);
    window.assign(ns.begin() + static_cast<std::ptrdiff_t>(begin),
                  ns.begin() + static_cast<std::ptrdiff_t>(end));
    const auto middle = window.begin() + static_cast<std::ptrdiff_t>(window.size() / 2);
    std::nth_element(window.begin(), middle, window.end());
    own.level_ns.push_back(*middle);
    own.ratio.push_back(ns[i] / *middle);
    if (series.slot_ns > 0 || !series.by_time) {
      own.at.push_back(own.end);
      own.end += series.slot_ns > 0 ? series.slot_ns : 1;
    } else {
      own.end += ns[i];
      own.at.push_back(own.end - std::min(ns[i], *middle));
    }
  }
  if (series.by_time) own.typical = series.slot_ns > 0 ? series.slot_ns : median(ns);
  return own;
}

// The least time of a stall of the longer of two kinds; infinite where all are of one kind. Rare
// long stalls hide short ones, and the other way round: each kind is looked at alone.
double least_long_stall_ns(const StallSeries& series, const LevelledSeries& own) {
  std::vector<double> stalls;
  for (std::size_t i = 0; i < own.ratio.size(); ++i) {
    if (own.ratio[i] >= kLeastStall) stalls.push_back(series.ns[i] - own.level_ns[i]);
  }
  std::sort(stalls.begin(), stalls.end());
  double least = std::numeric_limits<double>::infinity(), widest = kOfAnotherKind;
  for (std::size_t i = kFewestStalls; i + kFewestStalls <= stalls.size(); ++i) {
    if (stalls[i] <= widest * stalls[i - 1]) continue;
    widest = stalls[i] / stalls[i - 1];
    least = stalls[i];
  }
  return least;
}

// Slots of equal time (or of as many operations), so that a period of time is one of slots.
struct StallSlots {
  std::vector<double> slowest;
  double width = 1;
};

StallSlots slots_of(const StallSeries& series, const LevelledSeries& own) {
  StallSlots slots;
  slots.width = std::max(series.by_time && series.slot_ns == 0 ? 1.02 * own.typical : own.typical,
                         own.end / static_cast<double>(kMostSlots));
  slots.slowest.assign(static_cast<std::size_t>(own.end / slots.width) + 1, 0);
  for (std::size_t i = 0; i < own.at.size(); ++i) {
    double& slot = slots.slowest[static_cast<std::size_t>(own.at[i] / slots.width)];
    // How many operations a slot has says nothing of stalls.
    slot = std::max(slot, own.ratio[i] < kLeastStall ? 1 : own.ratio[i]);
  }
  slots.slowest.pop_back();
  return slots;
}

// The longest operations, as many as there are periods and a few more, that took longer than their
// neighbours.
std::vector<std::size_t> longest_of(const LevelledSeries& own, double period) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < own.ratio.size(); ++i) {
    if (own.ratio[i] >= kLeastStall) order.push_back(i);
  }
  const auto cycles = static_cast<std::size_t>(own.end / period);
  const std::size_t kept = std::min(order.size(), cycles + cycles / 4 + 2);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(kept), order.end(),
                    [&](std::size_t a, std::size_t b) { return own.ratio[a] > own.ratio[b]; });
  order.resize(kept);
  return order;
}

// Of these operations, those at a phase that most of them share.
std::vector<std::size_t> in_phase(const LevelledSeries& own, const std::vector<std::size_t>& all,
                                  double period) {
  std::vector<std::size_t> best, near;
  for (const std::size_t candidate : all) {
    near.clear();
    for (const std::size_t other : all) {
      const double turns = (own.at[other] - own.at[candidate]) / period;
      if (std::abs(turns - std::round(turns)) < kNear) near.push_back(other);
    }
    if (near.size() > best.size()) best = near;
  }
  return best;
}

// The stalls nearest to each multiple of the period from the phase that most of them share.
struct StallTrain {
  std::vector<double> number, at, ns;
  std::string fault;  // why these are not stalls of that period
};

StallTrain train_of(const StallSeries& series, const LevelledSeries& own, double period) {
  const std::vector<std::size_t> all = longest_of(own, period);
  const std::vector<std::size_t> stalls = in_phase(own, all, period);
  StallTrain train;
  if (stalls.size() < kFewestStalls) {
    train.fault = "fewer than eight stalls";
    return train;
  }
  for (const std::size_t i : stalls) {
    train.number.push_back(std::round((own.at[i] - own.at[stalls.front()]) / period));
    train.at.push_back(own.at[i]);
    train.ns.push_back(series.ns[i] - own.level_ns[i]);
  }
  const auto early = static_cast<std::size_t>(std::count_if(
      stalls.begin(), stalls.end(), [&](std::size_t i) { return own.at[i] < own.end / 2; }));
  if (5 * std::min(early, stalls.size() - early) < stalls.size()) {
    train.fault = "the halves of the series disagree";
    return train;
  }
  // A fraction of the period at which more of them meet, or a multiple at which all do, is as
  // likely the period.
  constexpr double kMoreMeet = 1.3, kAllMeet = 0.9;
  for (const int part : {2, 3, 4, 5}) {
    const double meet = static_cast<double>(in_phase(own, all, period / part).size());
    // Those that are where they are by chance meet at any period.
    if (meet > kMoreMeet * static_cast<double>(stalls.size())) {
      train.fault = "more stalls meet at a fraction of the period";
    }
    std::vector<double> counts(static_cast<std::size_t>(part));
    for (const double number : train.number) {
      const double rest = std::fmod(number, part);
      counts[static_cast<std::size_t>(rest < 0 ? rest + part : rest)] += 1;
    }
    if (*std::max_element(counts.begin(), counts.end()) >=
        kAllMeet * static_cast<double>(stalls.size())) {
      train.fault = "nearly all stalls meet at a multiple of the period";
    }
  }
  return train;
}

// The line through the times of the stalls over their numbers.
struct TrainFit {
  double begin = 0, period = 0, error = 0;
  [[nodiscard]] double relative_error() const { return error / period; }
};

TrainFit fit_train(const StallTrain& train) {
  const Line line = fit_line(train.number, train.at);
  double squares = 0, spread = 0, mean = 0;
  const auto count = static_cast<double>(train.at.size());
  for (const double number : train.number) mean += number / count;
  for (std::size_t i = 0; i < train.at.size(); ++i) {
    const double off = train.at[i] - line.intercept - line.slope * train.number[i];
    squares += off * off;
    spread += (train.number[i] - mean) * (train.number[i] - mean);
  }
  return {line.intercept, line.slope, 2 * std::sqrt(squares / (count - 2) / std::max(spread, 1.0))};
}

struct StallLook {
  StallResult result;
  TrainFit fit;
  [[nodiscard]] bool found() const { return result.period.determined && !result.period.none; }
};

StallLook look_at_kind(StallResult result, const StallSeries& series, const LevelledSeries& own,
                       std::uint64_t seed, double significance) {
  const auto neither = [&](const std::string& reason) {
    return StallLook{{not_determined(result.period.property, reason),
                      not_determined(result.stall.property, reason)},
                     {}};
  };
  const StallSlots slots = slots_of(series, own);
  PeriodRule rule;
  rule.significance = significance;
  rule.permutations = static_cast<unsigned>(std::lround(1 / significance)) - 1;
  const Period found = find_period(slots.slowest, seed, rule);
  result.period.p = result.stall.p = found.p_value;
  if (!found.found) {
    if (found.p_value <= kNoPeriod) {
      return neither(found.halves_agree ? "a period is possible and not shown"
                                        : "the halves of the series disagree");
    }
    result.period.determined = result.stall.determined = true;
    result.period.none = result.stall.none = true;
    const auto words = [&](double at) {
      return series.by_time ? format_duration_ns(at) : fmt::format("{:.0f} writes", at);
    };
    result.period.missed = result.stall.missed =
        fmt::format("periods below {}, or above {}", words(2 * slots.width), words(own.end / 4));
    return {result, {}};
  }
  const StallTrain train = train_of(series, own, found.period * slots.width);
  if (!train.fault.empty()) return neither(train.fault);
  const TrainFit fit = fit_train(train);
  if (!(fit.error < 0.05 * fit.period)) {
    return neither("the stalls scatter too much about their period");
  }
  result.period.determined = result.stall.determined = true;
  result.period.value = fit.period;
  result.period.low = fit.period - fit.error;
  result.period.high = fit.period + fit.error;
  if (series.by_time && fit.period >= kTimer_ns) result.period.note = "a timer, not a refresh";
  const Estimate cost =
      hodges_lehmann(std::span(train.ns).first(std::min<std::size_t>(train.ns.size(), 200)));
  result.stall.value = cost.estimate;
  result.stall.low = cost.low;
  result.stall.high = cost.high;
  // All operations wait for the end of a stall, so that the next stall meets them in the same
  // phase, and the one that waits always begins as long after the stall did: up to an operation.
  if (series.by_time) {
    result.stall.high += median(own.level_ns);
    result.stall.note = "what an operation waits; it may begin up to an operation after the stall";
  }
  return {result, fit};
}

StallLook look_at_stalls(const StallResult& empty, const StallSeries& series,
                         const LevelledSeries& own, std::uint64_t seed) {
  const double least_ns = least_long_stall_ns(series, own);
  if (std::isinf(least_ns)) return look_at_kind(empty, series, own, seed, kSignificance);
  LevelledSeries long_ones = own, short_ones = own;
  for (std::size_t i = 0; i < own.ratio.size(); ++i) {
    const bool is_long = series.ns[i] - own.level_ns[i] >= least_ns;
    (is_long ? short_ones : long_ones).ratio[i] = 1;
  }
  StallLook first = look_at_kind(empty, series, long_ones, seed, kSignificance / 2);
  if (first.found()) return first;
  StallLook second = look_at_kind(empty, series, short_ones, seed, kSignificance / 2);
  return second.found() || first.result.period.determined ? second : first;
}

}  // namespace

StallResult infer_stalls(std::string_view period, std::string_view stall, const StallSeries& series,
                         std::uint64_t seed) {
  const auto neither = [&](const std::string& reason) {
    return StallResult{not_determined(period, reason), not_determined(stall, reason)};
  };
  if (series.ns.size() < kFewestOperations) return neither("fewer than 2,000 operations");
  const std::string test = "H-test of slots by permutation, both halves agree";
  StallResult empty;
  empty.period = {
      .property = std::string(period), .unit = series.by_time ? "ns" : "writes", .test = test};
  empty.stall = {.property = std::string(stall), .unit = "ns", .test = test};
  LevelledSeries own = levelled(series);
  const StallLook found = look_at_stalls(empty, series, own, seed);
  const bool none = found.result.period.determined && found.result.period.none;
  if (series.by_time || none) return found.result;
  // Stalls that come back after a time do so after about as many operations, too.
  StallSeries timed = series;
  timed.by_time = true;
  const LevelledSeries in_time = levelled(timed);
  const StallLook by_time = look_at_stalls(empty, timed, in_time, seed);
  const double whole = std::round(found.fit.period);
  const bool counts = std::abs(found.fit.period - whole) <= found.fit.error + 1e-6 * whole;
  if (!by_time.found()) {
    return !found.found() || counts ? found.result
                                    : neither("the period is not a whole number of operations");
  }
  if (found.found() && counts && found.fit.relative_error() <= by_time.fit.relative_error()) {
    return found.result;
  }
  for (std::size_t i = 0; i < own.ratio.size(); ++i) {
    const double turns = (in_time.at[i] - by_time.fit.begin) / by_time.fit.period;
    if (std::abs(turns - std::round(turns)) < kNear) own.ratio[i] = 1;
  }
  return look_at_stalls(empty, series, own, seed).result;
}

}  // namespace pmembench
