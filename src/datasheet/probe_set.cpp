#include "datasheet/probe_set.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/pair_block.hpp"
#include "base/units.hpp"
#include "measure/estimate.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kMostResiduals = 4000;

std::uint64_t number(const ProbeCell& cell, const char* name) {
  const auto found = cell.row.parameters.find(name);
  const auto value = found == cell.row.parameters.end() ? Result<std::uint64_t>(std::uint64_t{0})
                                                        : parse_count(found->second);
  return value ? *value : 0;
}

const Replicate* replicate_at(const ProbeCell& cell, unsigned index) {
  for (const Replicate& each : cell.replicates) {
    if (each.index == index) return &each;
  }
  return nullptr;
}

// The processes that measured all of these.
std::vector<unsigned> common_processes(const std::vector<const ProbeCell*>& cells) {
  std::map<unsigned, std::size_t> seen;
  for (const ProbeCell* cell : cells) {
    for (const Replicate& each : cell->replicates) ++seen[each.index];
  }
  std::vector<unsigned> common;
  for (const auto& [index, count] : seen) {
    if (count == cells.size()) common.push_back(index);
  }
  return common;
}

// With a region and at least one process, by the size of it.
std::vector<const ProbeCell*> by_region(std::vector<const ProbeCell*> cells) {
  std::erase_if(cells, [](const ProbeCell* cell) {
    return cell->replicates.empty() || number(*cell, "range_size") == 0;
  });
  std::stable_sort(cells.begin(), cells.end(), [](const ProbeCell* a, const ProbeCell* b) {
    return number(*a, "range_size") < number(*b, "range_size");
  });
  return cells;
}

CapacitySamples region_samples(const std::vector<const ProbeCell*>& cells) {
  CapacitySamples samples;
  for (const ProbeCell* cell : cells) {
    samples.region_bytes.push_back(static_cast<double>(number(*cell, "range_size")));
  }
  for (const unsigned process : common_processes(cells)) {
    BySample times;
    for (const ProbeCell* cell : cells) {
      times.push_back(replicate_at(*cell, process)->median_ns_per_operation);
    }
    samples.ns.push_back(std::move(times));
  }
  return samples;
}

// Every `step`-th slice from `first` on.
std::vector<double> turn_of(const Replicate& replicate, std::size_t first, std::size_t step) {
  std::vector<double> slices;
  for (std::size_t i = first; i < replicate.slice_ns_per_operation.size(); i += step) {
    slices.push_back(replicate.slice_ns_per_operation[i]);
  }
  return slices;
}

void append(std::vector<double>& to, const std::vector<double>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

}  // namespace

std::vector<const ProbeCell*> ProbeSet::of(std::string_view workload, const Wanted& wanted) const {
  std::vector<const ProbeCell*> found;
  for (const ProbeCell& cell : cells_) {
    if (cell.row.workload != workload) continue;
    const bool fits = std::all_of(wanted.begin(), wanted.end(), [&](const auto& each) {
      const auto value = cell.row.parameters.find(std::string(each.first));
      return value != cell.row.parameters.end() && value->second == each.second;
    });
    if (fits) found.push_back(&cell);
  }
  return found;
}

std::string ProbeSet::reason(std::string_view workload, const Wanted& wanted) const {
  const std::vector<const ProbeCell*> cells = of(workload, wanted);
  for (const ProbeCell* cell : cells) {
    if (cell->replicates.empty() && !cell->row.reason.empty()) return cell->row.reason;
  }
  return cells.empty() ? "its probe is not part of what was measured" : "";
}

CapacitySamples dense_samples(const ProbeSet& set) {
  return region_samples(
      by_region(set.of("uniform", {{"spacing", "64"}, {"chains", "1"}, {"turns_with", "none"}})));
}

CapacitySamples page_samples(const ProbeSet& set) {
  CapacitySamples samples;
  const auto dense =
      by_region(set.of("uniform", {{"spacing", "64"}, {"chains", "1"}, {"turns_with", "none"}}));
  std::vector<const ProbeCell*> pages, lines;
  for (const ProbeCell* cell : by_region(set.of("uniform", {{"line", "hashed"}}))) {
    const std::uint64_t spacing = number(*cell, "spacing");
    for (const ProbeCell* other : dense) {
      if (number(*other, "range_size") / 64 != number(*cell, "range_size") / spacing) continue;
      pages.push_back(cell);
      lines.push_back(other);
      break;
    }
  }
  if (pages.empty()) return samples;
  std::vector<const ProbeCell*> both = pages;
  both.insert(both.end(), lines.begin(), lines.end());
  for (const ProbeCell* cell : pages) {
    samples.region_bytes.push_back(static_cast<double>(number(*cell, "range_size")));
  }
  for (const unsigned process : common_processes(both)) {
    BySample times;
    const double first = replicate_at(*lines.front(), process)->median_ns_per_operation;
    for (std::size_t i = 0; i < pages.size(); ++i) {
      const double more = replicate_at(*pages[i], process)->median_ns_per_operation -
                          replicate_at(*lines[i], process)->median_ns_per_operation;
      times.push_back(first + std::max(0.0, more));
    }
    samples.ns.push_back(std::move(times));
  }
  return samples;
}

ProbeSet::Wanted store_cells() { return {{"access", "write"}, {"durability", "batch"}}; }

CapacitySamples store_samples(const ProbeSet& set) {
  return region_samples(by_region(set.of("random", store_cells())));
}

std::vector<PairSlices> pair_samples(const ProbeSet& set, std::string_view access) {
  std::vector<PairSlices> all;
  for (const ProbeCell* cell : set.of("pairs", {{"access", access}})) {
    if (cell->replicates.empty()) continue;
    PairSlices slices{number(*cell, "distance"), {}, {}};
    for (const Replicate& each : cell->replicates) {
      append(slices.near_ns, turn_of(each, 0, 2));
      append(slices.far_ns, turn_of(each, 1, 2));
    }
    all.push_back(std::move(slices));
  }
  std::sort(all.begin(), all.end(), [](const PairSlices& a, const PairSlices& b) {
    return a.distance_bytes < b.distance_bytes;
  });
  return all;
}

std::vector<ChainRates> chain_samples(const ProbeSet& set) {
  std::vector<ChainRates> rates;
  for (const ProbeCell* cell :
       set.of("uniform", {{"spacing", "64"}, {"turns_with", "none"}, {"range_size", "0"}})) {
    if (cell->replicates.empty() || cell->row.threads != 1) continue;
    ChainRates own{static_cast<unsigned>(number(*cell, "chains")), {}};
    for (const Replicate& each : cell->replicates) {
      own.per_s.push_back(1e9 / each.median_ns_per_operation);
    }
    rates.push_back(std::move(own));
  }
  std::sort(rates.begin(), rates.end(),
            [](const ChainRates& a, const ChainRates& b) { return a.chains < b.chains; });
  return rates;
}

std::vector<StrideRates> stride_samples(const ProbeSet& set) {
  std::vector<StrideRates> all;
  for (const ProbeCell* cell : set.of("uniform", {{"turns_with", "lines"}})) {
    StrideRates own{number(*cell, "spacing"), {}, {}};
    for (const Replicate& each : cell->replicates) {
      for (const double ns : turn_of(each, 0, 2)) own.per_s.push_back(1e9 / ns);
      for (const double ns : turn_of(each, 1, 2)) own.unrestricted_per_s.push_back(1e9 / ns);
    }
    if (!own.per_s.empty()) all.push_back(std::move(own));
  }
  return all;
}

std::vector<TurnaroundSlices> turnaround_samples(const ProbeSet& set) {
  constexpr std::size_t kTurns = 8;
  const ProbeCell* largest = nullptr;
  for (const ProbeCell* cell : set.of("alternate")) {
    if (cell->replicates.empty()) continue;
    if (largest == nullptr || number(*cell, "range_size") > number(*largest, "range_size")) {
      largest = cell;
    }
  }
  std::vector<TurnaroundSlices> all;
  if (largest == nullptr) return all;
  for (const Replicate& each : largest->replicates) {
    TurnaroundSlices own;
    for (std::size_t i = 0; i < each.slice_ns_per_operation.size(); ++i) {
      own.changes.push_back(1.0 / static_cast<double>(1U << (i % kTurns)));
      own.ns.push_back(each.slice_ns_per_operation[i]);
    }
    all.push_back(std::move(own));
  }
  return all;
}

std::vector<StallSeries> stall_samples(const ProbeSet& set, std::string_view workload) {
  std::vector<StallSeries> all;
  for (const ProbeCell* cell : set.of(workload)) {
    const auto lines = cell->row.parameters.find("lines");
    if (lines != cell->row.parameters.end() && lines->second == "pair") continue;
    for (const Replicate& each : cell->replicates) {
      if (!each.details.slots) continue;
      const SlotDetails& slots = *each.details.slots;
      StallSeries series;
      series.slot_ns = slots.slot_ns;
      double last = 0;
      // In a slot where none ended, one that ends later was under way.
      for (std::size_t i = 0; i + 1 < slots.max_ns.size(); ++i) {
        if (std::isfinite(slots.max_ns[i])) last = slots.max_ns[i];
        series.ns.push_back(last);
      }
      all.push_back(std::move(series));
    }
  }
  return all;
}

// A slot is shorter than an operation on a pair: one that has a time has that of one pair.
ByProcess bank_samples(const ProbeSet& set) {
  ByProcess all;
  for (const ProbeCell* cell : set.of("reload", {{"lines", "pair"}})) {
    for (const Replicate& each : cell->replicates) {
      if (!each.details.slots) continue;
      const SlotDetails& slots = *each.details.slots;
      BySample pairs;
      // Of two that ended in one slot, one is unknown, and which pair the next is.
      for (std::size_t i = 0; i < slots.max_ns.size() && slots.n[i] <= 1; ++i) {
        if (slots.n[i] == 1) pairs.push_back(slots.max_ns[i] / kLoadsOfAPair);
      }
      all.push_back(std::move(pairs));
    }
  }
  return all;
}

CellMedians paired_medians(const ProbeCell* with, const ProbeCell* without) {
  CellMedians medians;
  if (with == nullptr || without == nullptr) return medians;
  for (const unsigned process : common_processes({with, without})) {
    medians.with.push_back(replicate_at(*with, process)->median_ns_per_operation);
    medians.without.push_back(replicate_at(*without, process)->median_ns_per_operation);
  }
  return medians;
}

double ShownNoise::slice() const {
  double squares = 0;
  for (const double each : residuals) squares += each * each;
  return residuals.empty() ? 0 : std::sqrt(squares / static_cast<double>(residuals.size()));
}

ShownNoise shown_noise(const ProbeSet& set) {
  ShownNoise noise;
  std::vector<double> all, spreads;
  for (const ProbeCell* cell :
       by_region(set.of("uniform", {{"spacing", "64"}, {"chains", "1"}, {"turns_with", "none"}}))) {
    std::vector<double> processes;
    for (const Replicate& each : cell->replicates) {
      processes.push_back(std::log(each.median_ns_per_operation));
      for (const double ns : each.slice_ns_per_operation) {
        all.push_back(std::log(ns / each.median_ns_per_operation));
      }
    }
    if (processes.size() < 3) continue;
    const double middle = median(processes);
    std::vector<double> off;
    for (const double each : processes) off.push_back(std::abs(each - middle));
    spreads.push_back(1.4826 * median(off));
  }
  if (!spreads.empty()) noise.process = median(spreads);
  const std::size_t step = std::max<std::size_t>(1, all.size() / kMostResiduals);
  for (std::size_t i = 0; i < all.size(); i += step) noise.residuals.push_back(all[i]);
  return noise;
}

}  // namespace pmembench
