#include "characterize/banks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/pair_block.hpp"
#include "measure/estimate.hpp"
#include "measure/spread.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kFewestBankPairs = 400;
constexpr double kApart = 4;
constexpr double kClearBic = 10;
constexpr double kLeastConflict = 0.05;  // as logarithm: less is what is left of noise
constexpr double kRarest = 1.0 / 500;    // of pairs, that conflict

struct Mixture {
  double fast = 0, slow = 0, deviation = 0, slow_share = 0, bic_gain = 0;
};

// Of logarithms, so that the noise of both is the same share of each; by expectation-maximisation.
Mixture fit_mixture(std::span<const double> ns) {
  std::vector<double> logs;
  for (const double each : ns) logs.push_back(std::log(each));
  const auto count = static_cast<double>(logs.size());
  double mean = 0, square = 0;
  for (const double each : logs) mean += each / count;
  for (const double each : logs) square += (each - mean) * (each - mean) / count;
  std::vector<double> sorted = logs;
  std::sort(sorted.begin(), sorted.end());
  double low = sorted[sorted.size() / 4], high = sorted[sorted.size() * 99 / 100];
  double share = 0.1, variance = std::max(square / 16, 1e-12);
  for (int round = 0; round < 100; ++round) {
    double weight = 0, high_sum = 0, low_sum = 0, squares = 0;
    for (const double each : logs) {
      const double a = share * std::exp(-(each - high) * (each - high) / 2 / variance);
      const double b = (1 - share) * std::exp(-(each - low) * (each - low) / 2 / variance);
      const double slow = a + b > 0 ? a / (a + b) : (each > (low + high) / 2 ? 1.0 : 0.0);
      weight += slow;
      high_sum += slow * each;
      low_sum += (1 - slow) * each;
      squares += slow * (each - high) * (each - high) + (1 - slow) * (each - low) * (each - low);
    }
    if (weight < 1 || weight > count - 1) break;
    share = weight / count;
    high = high_sum / weight;
    low = low_sum / (count - weight);
    variance = std::max(squares / count, 1e-12);
  }
  double likelihood = 0;
  for (const double each : logs) {
    likelihood +=
        std::log(share * std::exp(-(each - high) * (each - high) / 2 / variance) +
                 (1 - share) * std::exp(-(each - low) * (each - low) / 2 / variance) + 1e-300) -
        0.5 * std::log(variance);
  }
  const double alone = -0.5 * count * (std::log(std::max(square, 1e-12)) + 1);
  Mixture mixture{std::exp(low), std::exp(high), std::sqrt(variance), share, 0};
  mixture.bic_gain = 2 * (likelihood - alone) - 2 * std::log(count);
  return mixture;
}

// Rows that conflict all cost the same: what only scatters upwards is a host that is disturbed.
bool as_narrow(const Mixture& mixture, std::span<const double> ns) {
  constexpr double kMostTimes = 2, kStillNarrow = 0.005;
  const double middle = std::sqrt(mixture.slow * mixture.fast);
  std::vector<double> fast, slow;
  for (const double each : ns) (each < middle ? fast : slow).push_back(std::log(each));
  return fast.size() > 2 && slow.size() > 2 &&
         robust_deviation(slow) <= kMostTimes * robust_deviation(fast) + kStillNarrow;
}

// The pairs of a process over those around them: the least of their times. A host only adds time,
// and few pairs conflict: the typical one is below the median.
void append_ratios(const BySample& ns, std::vector<double>& ratios) {
  constexpr std::size_t kAround = 5;
  constexpr double kSameSpeed = 0.04;
  constexpr double kMostConflict = 2;  // of what does not conflict
  std::array<double, 2 * kAround> around;  // NOLINT: each is written before it is read
  const auto typical = [&](std::size_t from, std::size_t count) {
    std::array<double, 2 * kAround> sorted = around;
    const auto begin = sorted.begin() + static_cast<std::ptrdiff_t>(from);
    const auto end = begin + static_cast<std::ptrdiff_t>(count);
    const auto at = begin + static_cast<std::ptrdiff_t>(2 * count / 5 - 1);
    std::nth_element(begin, at, end);
    return *at;
  };
  std::vector<double> own(ns.size());  // 0: unknown
  for (std::size_t i = kAround; i + kAround < ns.size(); ++i) {
    for (std::size_t k = 0; k < kAround; ++k) {
      around[k] = ns[i - 1 - k];
      around[kAround + k] = ns[i + 1 + k];
    }
    if (std::abs(std::log(typical(0, kAround) / typical(kAround, kAround))) > kSameSpeed) continue;
    own[i] = ns[i] / typical(0, 2 * kAround);
  }
  for (std::size_t block = 0; block + kTimesOfABlock <= ns.size(); block += kTimesOfABlock) {
    for (std::size_t pair = block; pair < block + kPairsOfABlock; ++pair) {
      std::vector<double> known;
      for (std::size_t i = pair; i < block + kTimesOfABlock; i += kPairsOfABlock) {
        if (own[i] > 0) known.push_back(own[i]);
      }
      if (known.size() < 2) continue;
      const double least = *std::min_element(known.begin(), known.end());
      if (least < kMostConflict) ratios.push_back(least);
    }
  }
}

bool two_kinds(const Mixture& mixture, std::span<const double> ns) {
  return mixture.bic_gain > kClearBic &&
         std::log(mixture.slow / mixture.fast) >
             std::max(kLeastConflict, kApart * mixture.deviation) &&
         as_narrow(mixture, ns);
}

}  // namespace

BankResult infer_banks(const ByProcess& pairs) {
  const auto neither = [](const std::string& reason) {
    return BankResult{not_determined("bank_conflict", reason),
                      not_determined("bank_classes", reason)};
  };
  std::vector<double> ratios, all_ns;
  for (const BySample& process : pairs) {
    append_ratios(process, ratios);
    all_ns.insert(all_ns.end(), process.begin(), process.end());
  }
  if (ratios.size() < kFewestBankPairs) {
    return neither(all_ns.size() < kFewestBankPairs
                       ? "fewer than 400 pairs"
                       : "the host's speed changes more often than pairs do");
  }
  const std::span<const double> pair_ns = ratios;
  const double typical_ns = median(all_ns);
  const Mixture all = fit_mixture(pair_ns);
  const std::size_t middle = pair_ns.size() / 2;
  const Mixture first = fit_mixture(pair_ns.first(middle));
  const Mixture second = fit_mixture(pair_ns.subspan(middle));
  const int shown = int{two_kinds(all, pair_ns)} + int{two_kinds(first, pair_ns.first(middle))} +
                    int{two_kinds(second, pair_ns.subspan(middle))};
  const std::string test = "mixture of two normals against one, BIC, in both halves";
  BankResult result;
  result.conflict = {.property = "bank_conflict", .unit = "ns", .test = test};
  result.classes = {.property = "bank_classes", .test = test};
  const double spread = robust_deviation(pair_ns) / median(pair_ns);
  const auto slower = static_cast<double>(
      std::count_if(ratios.begin(), ratios.end(),
                    [](double each) { return std::log(each) > kLeastConflict; }));
  if (shown == 0 && spread < kLeastConflict / kApart &&
      slower / static_cast<double>(ratios.size()) < kRarest) {
    result.conflict.determined = result.classes.determined = true;
    result.conflict.none = result.classes.none = true;
    result.conflict.missed = result.classes.missed =
        "a conflict that costs less than 5 % of a load with its flush, or of fewer than one pair in 500";
    return result;
  }
  if (shown < 3) {
    return neither(
        "no two kinds of pairs have times that are four deviations apart: a noisy "
        "host, or no rows that conflict");
  }
  const double conflict = typical_ns * (all.slow - all.fast) / all.fast;
  const double off =
      typical_ns * std::abs((first.slow - first.fast) - (second.slow - second.fast));
  if (off > conflict / 4) return neither("the halves of the pairs disagree");
  const auto count = static_cast<double>(ratios.size());
  const double error = 1.96 * std::sqrt(all.slow_share * (1 - all.slow_share) / count);
  result.conflict.determined = result.classes.determined = true;
  result.conflict.value = conflict;
  result.conflict.low = conflict - off;
  result.conflict.high = conflict + off;
  result.classes.value = std::round(1 / all.slow_share);
  result.classes.low = std::floor(1 / (all.slow_share + error));
  result.classes.high = std::ceil(1 / std::max(all.slow_share - error, 1e-3));
  return result;
}

}  // namespace pmembench
