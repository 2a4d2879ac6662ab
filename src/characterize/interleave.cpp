#include "characterize/interleave.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "measure/estimate.hpp"

namespace pmembench {
namespace {

constexpr double kMostOffPair = 0.25;
constexpr double kClearlyWorse = 6;  // in BIC, of the second over the best
constexpr double kMostCached = 1.2;     // times the rate of lines that no cache holds
constexpr std::size_t kFewestStrides = 8;
constexpr std::uint64_t kMostWays = 12;
constexpr std::uint64_t kSmallestGranule = 64;

struct PairFit {
  std::uint64_t granule = 0, ways = 1;
  double squares = 1e300, bic = 0;
};

// Of w channels in pieces of g bytes, what the multiples of a stride are served by: as much as they
// are, if they meet all channels alike; else what the one that most of them meet allows. They meet
// residues of g * w that are multiples of gcd(S, g * w), each as often.
double expected_share(std::uint64_t stride, std::uint64_t granule, std::uint64_t ways) {
  const std::uint64_t step = std::gcd(stride, granule * ways);
  if (step <= granule && granule % step == 0) return 1;
  std::vector<std::uint64_t> met(ways);
  for (std::uint64_t at = 0; at < granule * ways; at += step) ++met[at / granule];
  const auto residues = static_cast<double>(granule * ways / step);
  return residues /
         static_cast<double>(ways * *std::max_element(met.begin(), met.end()));
}

// Loads at random leave channels idle that a stride keeps busy: what is restricted may be faster
// than its share by as much, the same for all.
PairFit fit_pair(std::span<const StrideRates> strides, const std::vector<double>& logs,
                 std::uint64_t granule, std::uint64_t ways) {
  constexpr double kMostIdle = 0.3;
  PairFit fit{granule, ways, 0};
  double idle = 0, restricted = 0;
  for (std::size_t i = 0; i < strides.size(); ++i) {
    const double share = expected_share(strides[i].stride_bytes, granule, ways);
    if (share == 1) continue;
    idle += logs[i] - std::log(share);
    ++restricted;
  }
  if (restricted > 0) idle = std::clamp(idle / restricted, 0.0, kMostIdle);
  for (std::size_t i = 0; i < strides.size(); ++i) {
    const double share = expected_share(strides[i].stride_bytes, granule, ways);
    const double off = logs[i] - std::log(share) - (share == 1 ? 0 : idle);
    fit.squares += off * off;
  }
  const auto count = static_cast<double>(strides.size());
  fit.bic = count * std::log(std::max(fit.squares, 1e-12)) + (ways > 1 ? 3 * std::log(count) : 0);
  return fit;
}

// What the slices of a stride show: the logarithm of its rate over that of as many random lines.
struct StrideRatio {
  double log_ratio = 0, random_per_s = 0;
};

StrideRatio ratio_of(const StrideRates& rates) {
  std::vector<double> ratios;
  for (std::size_t i = 0; i < std::min(rates.per_s.size(), rates.unrestricted_per_s.size()); ++i) {
    ratios.push_back(std::log(rates.per_s[i] / rates.unrestricted_per_s[i]));
  }
  return {median(ratios), median(rates.unrestricted_per_s)};
}

}  // namespace

InterleaveResult infer_interleave(std::span<const StrideRates> measured) {
  const auto neither = [](const std::string& reason) {
    return InterleaveResult{not_determined("interleave_granule", reason),
                            not_determined("interleave_ways", reason)};
  };
  if (measured.size() < kFewestStrides) return neither("too few strides");
  std::vector<StrideRatio> ratios;
  std::vector<double> random_per_s;
  for (const StrideRates& each : measured) {
    if (each.per_s.empty() || each.unrestricted_per_s.empty()) {
      return neither("a stride has no slices");
    }
    ratios.push_back(ratio_of(each));
    random_per_s.push_back(ratios.back().random_per_s);
  }
  // Few lines fit into a cache before the channels, and then no channel limits their rate.
  std::sort(random_per_s.begin(), random_per_s.end());
  const double from_memory = random_per_s[random_per_s.size() / 4];
  std::vector<StrideRates> strides;
  std::vector<double> logs;
  std::uint64_t longest = 0;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    if (ratios[i].random_per_s > kMostCached * from_memory) continue;
    strides.push_back(measured[i]);
    logs.push_back(ratios[i].log_ratio);
    longest = std::max(longest, measured[i].stride_bytes);
  }
  if (strides.size() < kFewestStrides) {
    return neither("caches hold part of the lines of most strides");
  }
  std::vector<PairFit> fits;
  for (std::uint64_t ways = 1; ways <= kMostWays; ++ways) {
    for (std::uint64_t granule = kSmallestGranule; granule * ways <= longest; granule *= 2) {
      fits.push_back(fit_pair(strides, logs, granule, ways));
      if (ways == 1) break;  // a granule of one channel is none
    }
  }
  std::sort(fits.begin(), fits.end(),
            [](const PairFit& a, const PairFit& b) { return a.bic < b.bic; });
  const PairFit best = fits.front();
  const double off = std::sqrt(best.squares / static_cast<double>(strides.size()));
  if (off > kMostOffPair) {
    return neither(
        fmt::format("no distribution of addresses explains the rates within {:.0f} %", 100 * off));
  }
  if (fits.size() > 1 && fits[1].bic < best.bic + kClearlyWorse) {
    return neither(fmt::format("{} B x {} explains the rates nearly as well as {} B x {}",
                               fits[1].granule, fits[1].ways, best.granule, best.ways));
  }
  InterleaveResult result;
  const std::string test = "least squares of the log rates over strides";
  result.granule = {
      .property = "interleave_granule", .determined = true, .unit = "B", .test = test};
  result.ways = {.property = "interleave_ways", .determined = true, .test = test};
  if (best.ways == 1) {
    result.granule.none = result.ways.none = true;
    result.granule.missed = result.ways.missed =
        "channels that one thread's loads cannot saturate, and pieces that are hashed";
    return result;
  }
  const auto set = [](Inference& inference, std::uint64_t value) {
    inference.value = inference.low = inference.high = static_cast<double>(value);
  };
  set(result.granule, best.granule);
  set(result.ways, best.ways);
  return result;
}

}  // namespace pmembench
