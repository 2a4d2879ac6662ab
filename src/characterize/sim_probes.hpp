// The probes of characterize on a simulated memory: the samples that the same accesses would give.
#pragma once

#include "characterize/capacities.hpp"
#include "characterize/interleave.hpp"
#include "characterize/line.hpp"
#include "characterize/parallelism.hpp"
#include "characterize/stalls.hpp"
#include "characterize/turnaround.hpp"
#include "sim/model.hpp"

namespace pmembench {

// As configs/characterize.yaml takes them: seven processes of 24 slices, and up to twelve where
// the time is not known within 2 % after seven.
inline constexpr unsigned kProbeProcesses = 7;
inline constexpr unsigned kMostProbeProcesses = 12;
inline constexpr unsigned kProbeSlices = 24;

[[nodiscard]] CapacitySamples sim_capacities(const SimModel& model, bool stores);
[[nodiscard]] std::vector<PairSlices> sim_pairs(const SimModel& model, bool stores);
[[nodiscard]] std::vector<ChainRates> sim_chains(const SimModel& model);
[[nodiscard]] std::vector<StrideRates> sim_strides(const SimModel& model);
[[nodiscard]] std::vector<TurnaroundSlices> sim_turnaround(const SimModel& model);
[[nodiscard]] StallSeries sim_refresh(const SimModel& model);
[[nodiscard]] StallSeries sim_wear(const SimModel& model, std::uint64_t writes);
[[nodiscard]] ByProcess sim_bank_pairs(const SimModel& model);

// Medians of processes, with and without what is asked for.
struct PairedMedians {
  std::vector<double> with, without;
};
[[nodiscard]] PairedMedians sim_prefetch(const SimModel& model);  // shuffled, sequential
[[nodiscard]] PairedMedians sim_flush(const SimModel& model);
[[nodiscard]] PairedMedians sim_fence(const SimModel& model);

}  // namespace pmembench
