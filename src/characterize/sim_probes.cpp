#include "characterize/sim_probes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include "measure/estimate.hpp"
#include "sim/machine.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kLineBytes = SimMachine::kLine;

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

PairedMedians paired(const SimModel& model,
                     const std::function<void(SimMachine&, SimThread&, Random&, bool)>& operation) {
  constexpr std::uint64_t kOperations = 256;
  PairedMedians medians;
  for (unsigned process = 0; process < kProbeProcesses; ++process) {
    SimMachine machine(model, process);
    SimThread thread;
    Random random(mix_seed(process));
    std::array<std::vector<double>, 2> times;
    for (unsigned slice = 0; slice < 2 * kProbeSlices; ++slice) {
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
  constexpr std::uint64_t kLoads = 512;
  std::vector<ChainRates> rates;
  for (unsigned chains = 1; chains <= 64; chains += chains < 24 ? 1 : 2) {
    ChainRates own{chains, {}};
    for (unsigned process = 0; process < kProbeProcesses; ++process) {
      SimMachine machine(model, process * 100 + chains);
      SimThread thread;
      Random random(mix_seed(model.seed + chains * 7 + process));
      std::vector<double> slices;
      for (unsigned i = 0; i < kProbeSlices; ++i) {
        slices.push_back(1e9 / slice_time(thread, kLoads, [&] {
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
  const auto rate = [&](std::uint64_t stride) {
    double latest = 0;
    for (const SimThread& each : threads) latest = std::max(latest, each.now_ns);
    for (SimThread& each : threads) {
      each.now_ns = latest;
      SimMachine::next_slice(each);
    }
    const double begin = threads.front().now_ns;
    for (std::uint64_t i = 0; i < loads; ++i) {
      SimThread& first = *std::min_element(
          threads.begin(), threads.end(),
          [](const SimThread& a, const SimThread& b) { return a.now_ns < b.now_ns; });
      machine.load_beside(first, random.below(model.size_bytes / stride) * stride,
                          model.parallelism);
    }
    double end = 0;
    for (SimThread& each : threads) {
      SimMachine::join(each);
      end = std::max(end, each.now_ns);
    }
    return static_cast<double>(loads) / (end - begin);
  };
  std::vector<StrideRates> all;
  for (const std::uint64_t odd : {1, 3, 5, 7, 9, 11}) {
    for (std::uint64_t stride = 64 * odd; stride <= 16384 * odd; stride *= 2) {
      if (stride * 64 > model.size_bytes) break;
      StrideRates own{stride, {}, {}};
      for (unsigned i = 0; i < kProbeSlices; ++i) {
        own.per_s.push_back(rate(stride));
        own.unrestricted_per_s.push_back(rate(kLineBytes));
      }
      all.push_back(std::move(own));
    }
  }
  return all;
}

std::vector<TurnaroundSlices> sim_turnaround(const SimModel& model) {
  constexpr std::uint64_t kAccesses = 512;
  std::vector<TurnaroundSlices> all;
  for (unsigned process = 0; process < kProbeProcesses; ++process) {
    SimMachine machine(model, process);
    SimThread thread;
    Random random(mix_seed(model.seed + 11 + process));
    TurnaroundSlices own;
    for (unsigned repeat = 0; repeat < 3 * kProbeSlices; ++repeat) {
      for (std::uint64_t run = 1; run <= 128; run *= 2) {
        std::uint64_t i = 0;
        own.changes.push_back(1.0 / static_cast<double>(run));
        own.ns.push_back(slice_time(thread, kAccesses, [&] {
          const std::uint64_t line = random_line(model, random);
          i++ / run % 2 == 0 ? machine.load_uncached(thread, line) : machine.store(thread, line);
        }));
      }
    }
    all.push_back(std::move(own));
  }
  return all;
}

StallSeries sim_refresh(const SimModel& model) {
  constexpr std::uint64_t kLoads = 4000;
  StallSeries series;
  SimMachine machine(model, 0);
  SimThread thread;
  for (std::uint64_t i = 0; i < kLoads; ++i) {
    const double before = thread.now_ns;
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
  for (std::uint64_t i = 0; i < writes; ++i) {
    const double before = thread.now_ns;
    machine.store(thread, 0);
    machine.flush(thread, 1);
    machine.fence(thread);
    series.ns.push_back(thread.now_ns - before);
  }
  return series;
}

std::vector<double> sim_bank_pairs(const SimModel& model) {
  constexpr unsigned kPairs = 3000, kRepeats = 9, kTurns = 4;
  std::vector<double> pairs;
  SimMachine machine(model, 0);
  SimThread thread;
  Random random(mix_seed(model.seed + 13));
  for (unsigned i = 0; i < kPairs; ++i) {
    const std::uint64_t a = random_line(model, random), b = random_line(model, random);
    std::vector<double> repeats;
    for (unsigned k = 0; k < kRepeats; ++k) {
      machine.load_uncached(thread, a);
      machine.load_uncached(thread, b);
      repeats.push_back(slice_time(thread, kTurns, [&] {
        machine.load_uncached(thread, a);
        machine.load_uncached(thread, b);
      }));
    }
    // A host only ever adds time: the third of nine was disturbed only if seven were.
    std::nth_element(repeats.begin(), repeats.begin() + 2, repeats.end());
    pairs.push_back(repeats[2] / 2);
  }
  return pairs;
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
