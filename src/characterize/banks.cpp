#include "characterize/banks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "measure/estimate.hpp"
#include "measure/spread.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kFewestBankPairs = 400;
constexpr double kApart = 4;
constexpr double kClearBic = 10;

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
  constexpr double kMostTimes = 2;
  const double middle = std::sqrt(mixture.slow * mixture.fast);
  std::vector<double> fast, slow;
  for (const double each : ns) (each < middle ? fast : slow).push_back(std::log(each));
  return fast.size() > 2 && slow.size() > 2 &&
         robust_deviation(slow) <= kMostTimes * robust_deviation(fast);
}

bool two_kinds(const Mixture& mixture, std::span<const double> ns) {
  return mixture.bic_gain > kClearBic &&
         std::log(mixture.slow / mixture.fast) > kApart * mixture.deviation &&
         as_narrow(mixture, ns);
}

}  // namespace

BankResult infer_banks(std::span<const double> pair_ns) {
  const auto neither = [](const std::string& reason) {
    return BankResult{not_determined("bank_conflict", reason),
                      not_determined("bank_classes", reason)};
  };
  if (pair_ns.size() < kFewestBankPairs) return neither("fewer than 400 pairs");
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
  if (shown == 0 && spread < 0.04) {
    result.conflict.determined = result.classes.determined = true;
    result.conflict.none = result.classes.none = true;
    result.conflict.missed = result.classes.missed =
        fmt::format("a conflict that costs less than {:.0f} %", 100 * kApart * spread);
    return result;
  }
  if (shown < 3) {
    return neither(
        "no two kinds of pairs have times that are four deviations apart: a noisy "
        "host, or no rows that conflict");
  }
  const double conflict = all.slow - all.fast;
  const double off = std::abs((first.slow - first.fast) - (second.slow - second.fast));
  if (off > conflict / 4) return neither("the halves of the pairs disagree");
  const auto count = static_cast<double>(pair_ns.size());
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
