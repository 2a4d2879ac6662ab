#include "characterize/parallelism.hpp"

#include <algorithm>
#include <cmath>

#include "base/random.hpp"
#include "measure/estimate.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kFewestCounts = 8;
constexpr double kMostOff = 0.15;
constexpr unsigned kResamples = 99;

struct HingeFit {
  double knee = 0, squares = 1e300;
};

HingeFit fit_hinge(std::span<const double> chains, std::span<const double> logs) {
  HingeFit best;
  const double most = chains.back();
  for (double knee = 1; knee <= most; knee += 0.25) {
    double mean = 0, squares = 0;
    for (std::size_t i = 0; i < chains.size(); ++i) {
      mean += (logs[i] - std::log(std::min(chains[i], knee))) / static_cast<double>(chains.size());
    }
    for (std::size_t i = 0; i < chains.size(); ++i) {
      const double off = logs[i] - std::log(std::min(chains[i], knee)) - mean;
      squares += off * off;
    }
    if (squares < best.squares) best = {knee, squares};
  }
  return best;
}

}  // namespace

Inference infer_parallelism(std::span<const ChainRates> rates) {
  constexpr std::string_view kName = "parallelism";
  if (rates.size() < kFewestCounts) return not_determined(kName, "too few counts of chains");
  std::vector<double> chains, logs;
  std::size_t processes = rates.front().per_s.size();
  for (const ChainRates& each : rates) {
    chains.push_back(each.chains);
    logs.push_back(std::log(median(each.per_s)));
    processes = std::min(processes, each.per_s.size());
  }
  const HingeFit fit = fit_hinge(chains, logs);
  if (std::sqrt(fit.squares / static_cast<double>(rates.size())) > kMostOff) {
    return not_determined(kName, "the rate does not rise to a level and stay there: other tenants");
  }
  if (fit.knee > chains.back() * 7 / 8) {
    return not_determined(kName, "the rate still rises at the most chains tried");
  }
  std::vector<double> knees;
  Random random(mix_seed(processes));
  for (unsigned i = 0; i < kResamples; ++i) {
    std::vector<double> again;
    for (const ChainRates& each : rates) {
      std::vector<double> drawn;
      for (std::size_t k = 0; k < processes; ++k)
        drawn.push_back(each.per_s[random.below(processes)]);
      again.push_back(std::log(median(drawn)));
    }
    knees.push_back(fit_hinge(chains, again).knee);
  }
  std::sort(knees.begin(), knees.end());
  Inference result;
  result.property = kName;
  result.determined = true;
  result.value = std::round(fit.knee);
  result.low = std::min(result.value, knees[kResamples / 40]);
  result.high = std::max(result.value, knees[kResamples - 1 - kResamples / 40]);
  result.test = "hinge of the log rate over 1 to 64 chains, bootstrap over processes";
  return result;
}

}  // namespace pmembench
