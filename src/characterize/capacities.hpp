// Capacities of caches and buffers, from loads at random of regions of growing size.
//
// With independent uniform references to a region of R bytes, a cache that fills on demand and
// holds C bytes hits with probability C / R, by any policy of replacement. So the time of a load is
//     T(R) = t0 + sum of d_i * max(0, 1 - C_i / R).
#pragma once

#include "characterize/inference.hpp"

namespace pmembench {

// The time of a load, by process, in ns: of each region, in order of its size.
struct CapacitySamples {
  std::vector<double> region_bytes;
  ByProcess ns;  // of each process: one time a region
};

struct Capacity {
  Inference size;       // in bytes
  double added_ns = 0;  // that a load beyond it takes longer
};

struct CapacityResult {
  std::vector<Capacity> found;  // from the smallest on
  bool determined = false;      // false: `reason`; `found` is then empty
  std::string reason;
  double first_ns = 0;       // where everything hits
  double covered_bytes = 0;  // a capacity up to a quarter of the largest region would be seen
  double least_step = 0.06;  // as a share of the time below it
};

// Knees by forward selection, weights 1 / T^2, each worth it by BIC + 10; knees nearer than three
// times are one, steps of less than 6 % none. Steps that both halves of the processes show are
// found, those of less than 20 % if their place is known within 1.7 times. Not determined: fewer
// than 12 regions; halves of the processes, or of the regions, that disagree about a step of 20 % or
// more; points off the fit by more than 12 %.
[[nodiscard]] CapacityResult infer_capacities(std::string_view property,
                                              const CapacitySamples& samples);

}  // namespace pmembench
