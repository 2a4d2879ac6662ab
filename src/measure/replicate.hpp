// Replicate: what one worker process measured of one cell. Plain data, from the runner to the
// store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "measure/histogram.hpp"

namespace pmembench {

struct Replicate {
  std::string cell;
  unsigned index = 0;      // which process of its device, from 0
  std::uint64_t seed = 0;  // of the order of cells in this process
  // Of the kept slices, in time order: the inverse of the rates of all threads together.
  std::vector<double> slice_ns_per_operation;
  std::vector<bool> slice_disturbed;        // of those: could not be had undisturbed
  std::uint64_t disturbed = 0;              // slices seen disturbed, the repeated ones included
  std::uint64_t operations = 0, bytes = 0;  // in the kept slices
  double median_ns_per_operation = 0;       // the replicate's statistic
  double floor_ns = 0;                      // of an empty clock pair, where operations are timed
  double lag1 = 0;                          // autocorrelation of the slices
  std::uint64_t involuntary_switches = 0;
  double steal_share = 0;
  std::optional<Histogram> histogram;  // in TSC ticks, where operations are timed
  double ns_per_tick = 0;
  std::string medium_json;   // MediaFacts as verified
  std::string details_json;  // timer facts, device counters, placement found
};

}  // namespace pmembench
