#include "characterize/sim_probes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "base/pair_block.hpp"
#include "measure/estimate.hpp"
#include "sim/machine.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kLineBytes = SimMachine::kLine;
// What a host does between two accesses never takes twice the same; at most this of an access.
// Without it accesses that are longer than a stall keep in step with it, and meet every second one
// or none.
constexpr double kMostBetween = 0.1;

SimModel without_noise(const SimModel& model) {
  SimModel quiet = model;
  quiet.noise = {};
  return quiet;
}

std::uint64_t random_line(const SimModel& model, Random& random) {
  return random.below(model.size_bytes / kLineBytes) * kLineBytes;
}

// The mean time of an access over a region, once everything that fits is where it stays: one pass
// in a fixed order (loads at random would leave cold lines behind), then loads at random.
double region_time(const SimModel& quiet, std::uint64_t region_bytes, bool stores) {
  constexpr std::uint64_t kTimed = 10'000;
  std::uint64_t step = stores ? quiet.write_line_bytes : kLineBytes;
  std::uint64_t most = stores ? quiet.write_buffer_bytes / step : 0;
  if (!stores && !quiet.caches.empty()) {
    step = quiet.caches.front().line_bytes;
    most = quiet.caches.back().capacity_bytes / quiet.caches.back().line_bytes;
  }
  SimMachine machine(quiet, 0);
  SimThread thread;
  const std::uint64_t slots = std::max<std::uint64_t>(1, region_bytes / step);
  const auto access = [&](std::uint64_t slot) {
    stores ? machine.store(thread, slot * step) : machine.load(thread, slot * step);
  };
  for (std::uint64_t i = 0; i < std::min(slots, 4 * most); ++i) access(i * 0x9E3779B1 % slots);
  Random random(mix_seed(region_bytes));
  for (std::uint64_t i = 0; i < 2 * std::min(slots, most); ++i) access(random.below(slots));
  const double begin = thread.now_ns;
  for (std::uint64_t i = 0; i < kTimed; ++i) access(random.below(slots));
  return (thread.now_ns - begin) / static_cast<double>(kTimed);
}

// Slices that take turns, each beginning where noise does.
double slice_time(SimThread& thread, std::uint64_t operations,
                  const std::function<void()>& operation) {
  SimMachine::next_slice(thread);
  const double begin = thread.now_ns;
  for (std::uint64_t i = 0; i < operations; ++i) operation();
  SimMachine::join(thread);
  return (thread.now_ns - begin) / static_cast<double>(operations);
}

// Are there enough processes? As a campaign adds them.
bool enough_processes(const std::vector<double>& medians) {
  constexpr double kPrecision = 0.02;
  if (medians.size() < kProbeProcesses) return false;
  const Estimate time = hodges_lehmann(medians);
  return medians.size() >= kMostProbeProcesses ||
         time.high - time.low <= 2 * kPrecision * time.estimate;
}

PairedMedians paired(const SimModel& model,
                     const std::function<void(SimMachine&, SimThread&, Random&, bool)>& operation) {
  constexpr std::uint64_t kOperations = 256;
  PairedMedians medians;
  for (unsigned process = 0;
       !enough_processes(medians.without) || !enough_processes(medians.with); ++process) {
    SimMachine machine(model, process);
    SimThread thread;
    Random random(mix_seed(process));
    std::array<std::vector<double>, 2> times;
    for (unsigned slice = 0; slice < kProbeSlices; ++slice) {
      for (const bool with : {false, true}) {
        times[with ? 1 : 0].push_back(
            slice_time(thread, kOperations, [&] { operation(machine, thread, random, with); }));
      }
    }
    medians.without.push_back(median(times[0]));
    medians.with.push_back(median(times[1]));
  }
  return medians;
}

}  // namespace

CapacitySamples sim_capacities(const SimModel& model, bool stores) {
  constexpr double kFirst = 12, kLast = 24, kStep = 1.0 / 3;
  SimModel quiet = without_noise(model);
  // Devices of the self-test stall for wear every few hundred writes, so that few show it; of a
  // real one it is once in ten thousand.
  quiet.wear_writes = 0;
  CapacitySamples samples;
  std::vector<double> base;
  for (double octave = kFirst; octave <= kLast; octave += kStep) {
    const double region = std::floor(std::exp2(octave) / 256) * 256;
    if (region > static_cast<double>(model.size_bytes)) break;
    samples.region_bytes.push_back(region);
    base.push_back(region_time(quiet, static_cast<std::uint64_t>(region), stores));
  }
  for (unsigned process = 0; process < kProbeProcesses; ++process) {
    Random random(mix_seed(mix_seed(model.seed + 17) + process));
    const double own = draw_process(model.noise, random);
    BySample times;
    for (const double each : base) {
      std::vector<double> slices;
      for (unsigned i = 0; i < kProbeSlices; ++i) {
        slices.push_back(each * own * draw_noise(model.noise, random));
      }
      times.push_back(median(slices));
    }
    samples.ns.push_back(times);
  }
  return samples;
}

std::vector<PairSlices> sim_pairs(const SimModel& model, bool stores) {
  constexpr unsigned kSlices = 150;
  constexpr std::uint64_t kBatch = 32;
  std::vector<PairSlices> all;
  SimMachine machine(model, 0);
  SimThread thread;
  Random random(mix_seed(model.seed + 3));
  std::array<std::uint64_t, kBatch> lines;
  // Partners are met a batch later, when the rows of their banks are closed again.
  const auto batch = [&](std::uint64_t distance, bool near) {
    const auto access = [&](std::uint64_t address) {
      stores ? machine.store(thread, address) : machine.load(thread, address);
    };
    const auto base = [&] { return random_line(model, random) / (2 * distance) * (2 * distance); };
    for (std::uint64_t& line : lines) access(line = base());
    for (const std::uint64_t line : lines) access(near ? line ^ distance : base());
  };
  for (std::uint64_t distance = 64; distance <= 16384; distance *= 2) {
    if (2 * distance > model.size_bytes) break;
    PairSlices slices{distance, {}, {}};
    for (unsigned i = 0; i < kSlices; ++i) {
      slices.near_ns.push_back(slice_time(thread, 3, [&] { batch(distance, true); }));
      slices.far_ns.push_back(slice_time(thread, 3, [&] { batch(distance, false); }));
    }
    all.push_back(std::move(slices));
  }
  return all;
}

std::vector<ChainRates> sim_chains(const SimModel& model) {
  constexpr std::uint64_t kRounds = 40;
  std::vector<ChainRates> rates;
  for (const unsigned chains :
       {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32, 40, 48, 64}) {
    // Loads of the same time end together, as many as are under way: of few rounds the last one,
    // which is not full, would be a large part.
    const std::uint64_t loads = std::max<std::uint64_t>(256, kRounds * chains);
    ChainRates own{chains, {}};
    for (unsigned process = 0; process < kProbeProcesses; ++process) {
      SimMachine machine(model, process * 100 + chains);
      SimThread thread;
      Random random(mix_seed(model.seed + chains * 7 + process));
      std::vector<double> slices;
      for (unsigned i = 0; i < kProbeSlices; ++i) {
        slices.push_back(1e9 / slice_time(thread, loads, [&] {
                           machine.load_beside(thread, random_line(model, random), chains);
                         }));
      }
      own.per_s.push_back(median(slices));
    }
    rates.push_back(std::move(own));
  }
  return rates;
}

std::vector<StrideRates> sim_strides(const SimModel& model) {
  constexpr unsigned kThreads = 8;
  const std::uint64_t loads = std::uint64_t{8} * kThreads * model.parallelism;
  SimMachine machine(model, 0);
  std::array<SimThread, kThreads> threads;
  Random random(mix_seed(model.seed + 5));
  const auto rate = [&](const std::function<std::uint64_t()>& address) {
    double latest = 0;
    for (const SimThread& each : threads) latest = std::max(latest, each.now_ns);
    for (SimThread& each : threads) {
      each.now_ns = latest;
      SimMachine::next_slice(each);
    }
    const double begin = threads.front().now_ns;
    // In the order in which they can issue: one with all loads under way waits for one of them.
    std::array<double, kThreads> issues{};
    issues.fill(begin);
    for (std::uint64_t i = 0; i < loads; ++i) {
      const auto next = static_cast<std::size_t>(
          std::min_element(issues.begin(), issues.end()) - issues.begin());
      SimThread& own = threads[next];
      machine.load_beside(own, address(), model.parallelism);
      issues[next] = own.now_ns;
      if (own.under_way.size() < model.parallelism) continue;
      issues[next] = std::max(
          own.now_ns, *std::min_element(own.under_way.begin(), own.under_way.end()));
    }
    double end = 0;
    for (SimThread& each : threads) {
      SimMachine::join(each);
      end = std::max(end, each.now_ns);
    }
    return static_cast<double>(loads) / (end - begin);
  };
  std::vector<StrideRates> all;
  struct Octaves {
    std::uint64_t first, last;
  };
  for (const Octaves& octaves : {Octaves{128, 65536}, Octaves{192, 49152}, Octaves{320, 40960},
                                 Octaves{448, 28672}, Octaves{576, 36864}}) {
    for (std::uint64_t stride = octaves.first; stride <= octaves.last; stride *= 2) {
      if (stride * 64 > model.size_bytes) break;
      const std::uint64_t places = model.size_bytes / stride;
      const auto strided = [&] { return random.below(places) * stride; };
      const auto elsewhere = [&] {
        const std::uint64_t place = random.below(places);
        return place * stride + mix_seed(place) % (stride / kLineBytes) * kLineBytes;
      };
      StrideRates own{stride, {}, {}};
      for (unsigned i = 0; i < kProbeSlices; ++i) {
        own.per_s.push_back(rate(strided));
        own.unrestricted_per_s.push_back(rate(elsewhere));
      }
      all.push_back(std::move(own));
    }
  }
  return all;
}

std::vector<TurnaroundSlices> sim_turnaround(const SimModel& model) {
  constexpr std::uint64_t kAccesses = 512;
  std::vector<TurnaroundSlices> all;
  std::vector<double> medians;
  for (unsigned process = 0; !enough_processes(medians); ++process) {
    SimMachine machine(model, process);
    SimThread thread;
    Random random(mix_seed(model.seed + 11 + process));
    TurnaroundSlices own;
    for (unsigned repeat = 0; repeat < kProbeSlices; ++repeat) {
      for (std::uint64_t run = 1; run <= 128; run *= 2) {
        std::uint64_t i = 0;
        own.changes.push_back(1.0 / static_cast<double>(run));
        own.ns.push_back(slice_time(thread, kAccesses, [&] {
          const std::uint64_t line = random_line(model, random);
          i++ / run % 2 == 0 ? machine.load_uncached(thread, line) : machine.store(thread, line);
        }));
      }
    }
    medians.push_back(median(own.ns));
    all.push_back(std::move(own));
  }
  return all;
}

StallSeries sim_refresh(const SimModel& model) {
  constexpr std::uint64_t kLoads = 4000;
  StallSeries series;
  SimMachine machine(model, 0);
  SimThread thread;
  Random random(mix_seed(model.seed + 19));
  for (std::uint64_t i = 0; i < kLoads; ++i) {
    const double before = thread.now_ns;
    thread.now_ns += kMostBetween * random.unit() * model.load_ns;
    machine.load_uncached(thread, 0);
    series.ns.push_back(thread.now_ns - before);
  }
  return series;
}

StallSeries sim_wear(const SimModel& model, std::uint64_t writes) {
  StallSeries series;
  series.by_time = false;
  SimMachine machine(model, 0);
  SimThread thread;
  Random random(mix_seed(model.seed + 23));
  for (std::uint64_t i = 0; i < writes; ++i) {
    const double before = thread.now_ns;
    thread.now_ns += kMostBetween * random.unit() * model.store_ns;
    machine.store(thread, 0);
    machine.flush(thread, 1);
    machine.fence(thread);
    series.ns.push_back(thread.now_ns - before);
  }
  return series;
}

ByProcess sim_bank_pairs(const SimModel& model) {
  constexpr unsigned kProcesses = 3;  // configs/banks.yaml
  constexpr double kSlice_ns = 80e6;
  ByProcess all;
  for (unsigned process = 0; process < kProcesses; ++process) {
    BySample pairs;
    SimMachine machine(model, process);
    SimThread thread;
    Random random(mix_seed(model.seed + 13 + process));
    std::array<std::pair<std::uint64_t, std::uint64_t>, kPairsOfABlock> block{};
    while (thread.now_ns < kSlice_ns) {
      const std::size_t at = pairs.size() % kTimesOfABlock;
      if (at < block.size()) block[at] = {random_line(model, random), random_line(model, random)};
      const auto [a, b] = block[at % block.size()];
      const double before = thread.now_ns;
      for (std::uint64_t i = 0; i < kLoadsOfAPair / 2; ++i) {
        machine.flush(thread, 2);
        machine.fence(thread);
        machine.load_uncached(thread, a);
        machine.load_uncached(thread, b);
      }
      pairs.push_back((thread.now_ns - before) / kLoadsOfAPair);
    }
    all.push_back(std::move(pairs));
  }
  return all;
}

PairedMedians sim_prefetch(const SimModel& model) {
  std::uint64_t at = 0;
  return paired(model, [&](SimMachine& machine, SimThread& thread, Random& random, bool shuffled) {
    const std::uint64_t lines = model.size_bytes / kLineBytes;
    if (at % 64 == 0) at = random.below(lines / 64) * 64;
    const std::uint64_t line = shuffled ? at / 64 * 64 + (at * 29 + 7) % 64 : at;
    machine.load(thread, line * kLineBytes);
    ++at;
  });
}

PairedMedians sim_flush(const SimModel& model) {
  return paired(model, [&](SimMachine& machine, SimThread& thread, Random& random, bool with) {
    machine.store(thread, random_line(model, random));
    if (with) machine.flush(thread, 1);
  });
}

PairedMedians sim_fence(const SimModel& model) {
  return paired(model, [&](SimMachine& machine, SimThread& thread, Random& random, bool with) {
    machine.store(thread, random_line(model, random));
    if (with) machine.fence(thread);
  });
}

}  // namespace pmembench
