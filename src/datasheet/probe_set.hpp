// ProbeSet: the measured cells of a run, and the samples for inferences that they are.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "characterize/capacities.hpp"
#include "characterize/interleave.hpp"
#include "characterize/line.hpp"
#include "characterize/parallelism.hpp"
#include "characterize/stalls.hpp"
#include "characterize/turnaround.hpp"
#include "record/replicate.hpp"
#include "record/row.hpp"

namespace pmembench {

struct ProbeCell {
  Row row;
  std::vector<Replicate> replicates;  // empty: it was not measured; its row has the reason
};

class ProbeSet {
 public:
  explicit ProbeSet(std::vector<ProbeCell> cells) : cells_(std::move(cells)) {}
  [[nodiscard]] const std::vector<ProbeCell>& cells() const { return cells_; }

  using Wanted = std::vector<std::pair<std::string_view, std::string_view>>;
  // Those of this workload whose parameters have these values, measured or not.
  [[nodiscard]] std::vector<const ProbeCell*> of(std::string_view workload,
                                                 const Wanted& wanted = {}) const;
  // Why the cells of a workload have no samples: the reason of the first that has one.
  [[nodiscard]] std::string reason(std::string_view workload, const Wanted& wanted = {}) const;

 private:
  std::vector<ProbeCell> cells_;
};

// Loads at random of growing regions, lines next to each other.
[[nodiscard]] CapacitySamples dense_samples(const ProbeSet& set);
// What one line a page of as many pages takes more than as many lines next to each other, over the
// smallest of those: no cache has a part in it. `region_bytes` is of the pages.
[[nodiscard]] CapacitySamples page_samples(const ProbeSet& set);
// Stores at random of growing regions; of the cells of `random` those that `store_cells` gives.
[[nodiscard]] ProbeSet::Wanted store_cells();
[[nodiscard]] CapacitySamples store_samples(const ProbeSet& set);
[[nodiscard]] std::vector<PairSlices> pair_samples(const ProbeSet& set, std::string_view access);
[[nodiscard]] std::vector<ChainRates> chain_samples(const ProbeSet& set);
[[nodiscard]] std::vector<StrideRates> stride_samples(const ProbeSet& set);
// Of the largest range that was measured: loads that a cache of the device answers change nothing.
[[nodiscard]] std::vector<TurnaroundSlices> turnaround_samples(const ProbeSet& set);
// Of one line; one for each process.
[[nodiscard]] std::vector<StallSeries> stall_samples(const ProbeSet& set,
                                                     std::string_view workload);
// Pairs of each process in order, in ns a load.
[[nodiscard]] ByProcess bank_samples(const ProbeSet& set);

// Medians of the processes that have both, in their order; an empty pair where there is none.
struct CellMedians {
  std::vector<double> with, without;
};
[[nodiscard]] CellMedians paired_medians(const ProbeCell* with, const ProbeCell* without);

// Logarithms of the slices of the capacity probe over their process's median, and the deviation of
// processes from each other: the noise that this host showed.
struct ShownNoise {
  std::vector<double> residuals;
  double process = 0;
  [[nodiscard]] double slice() const;  // the standard deviation of the residuals
};
[[nodiscard]] ShownNoise shown_noise(const ProbeSet& set);

}  // namespace pmembench
