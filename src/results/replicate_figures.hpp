// The few figures of a replicate from which the findings of a run are derived. A run of 10,000
// cells has 250,000 replicates: their slices, histograms and details do not fit where these do.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "record/replicate.hpp"

namespace pmembench {

// The quantiles of a distribution that findings show, by name.
constexpr std::array<std::pair<const char*, double>, 4> kShownQuantiles{
    {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}}};

struct ReplicateFigures {
  ReplicateFigures() = default;
  // Of a whole replicate, which may stand wherever its figures are asked for.
  ReplicateFigures(const Replicate& replicate);  // NOLINT(google-explicit-constructor)

  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  unsigned index = 0;  // which process of its device, from 0
  double median_ns_per_operation = 0;
  std::uint64_t operations = 0, bytes = 0;
  double ns_per_tick = 0;
  std::uint64_t involuntary_switches = 0;
  double steal_share = kUnknown;
  double mean_latency_ns = kUnknown;  // of the timed operations; NaN: none was timed
  double loaded_bytes_per_s = 0;      // of the other threads, under load
  std::array<double, kShownQuantiles.size()> quantiles_ns{kUnknown, kUnknown, kUnknown,
                                                          kUnknown};  // NaN: too few operations
};

using FiguresByCell = std::map<std::string, std::vector<ReplicateFigures>>;

[[nodiscard]] std::vector<ReplicateFigures> figures_of(const std::vector<Replicate>& replicates);
[[nodiscard]] FiguresByCell figures_of(
    const std::map<std::string, std::vector<Replicate>>& replicates);

}  // namespace pmembench
