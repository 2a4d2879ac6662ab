// What pmembench says of a memory against the best that hand-written loops get out of it: chases,
// streams by one thread and by all CPUs, and what the harness adds to an operation. In one process,
// over the same pages, slice by slice in turn.
#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "backends/builtin_backends.h"
#include "platform/cpu.hpp"
#include "platform/topology.hpp"
#include "run/read_kernel.hpp"
#include "run/session.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/paired_slices.hpp"
#include "tests/reference/stream_loops.hpp"

namespace pmembench::bench {
namespace {

constexpr std::uint64_t kLeastBytes = std::uint64_t{256} << 20;
constexpr std::uint64_t kMostBytes = std::uint64_t{2} << 30;
constexpr std::uint64_t kSliceNs = 500'000;
constexpr unsigned kPairs = 200;
// Of chases through memory, where two slices in a row differ by a tenth and more.
constexpr unsigned kMemoryPairs = 1200;
constexpr unsigned kTrialPairs = 80;  // to choose a size or a loop by; thrown away
constexpr double kChaseTarget = 0.01;
constexpr double kStreamTarget = 0.99;
constexpr double kAllCpusTarget = 0.98;
constexpr double kThroughputTargetNs = 1;
constexpr double kTimedTargetNs = 5;  // over the ordered reading of the clock

[[noreturn]] void stop(const std::string& sentence) {
  fmt::print(stderr, "character_bench: {}\n", sentence);
  std::exit(4);
}

template <typename T>
T must(Result<T> result) {
  if (!result) stop(result.error().message);
  return std::move(result).value();
}
void must(const Status& status) {
  if (!status) stop(status.error().message);
}

// Far more than the last level of the caches holds, where this host has as much.
std::uint64_t mapping_bytes() {
  std::uint64_t largest = 0;
  const Topology topology = read_topology("/");
  largest = topology.cache_bytes(topology.usable_cpus, -1);
  const std::uint64_t affordable = available_memory_bytes("/").value_or(0) / 4;
  const std::uint64_t wanted = std::clamp(4 * largest, kLeastBytes, kMostBytes);
  return std::bit_floor(std::max(std::min(wanted, affordable), kLeastBytes));
}

// On a boundary of 2 MiB, with huge pages asked for and every page touched.
unsigned char* map_memory(std::uint64_t size_bytes) {
  constexpr std::uint64_t kHugeBytes = std::uint64_t{2} << 20;
  void* mapping = mmap(nullptr, size_bytes + kHugeBytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) stop("cannot map the memory to measure: free some");
  const auto address = reinterpret_cast<std::uintptr_t>(mapping);
  auto* base =
      static_cast<unsigned char*>(mapping) + (kHugeBytes - address % kHugeBytes) % kHugeBytes;
  (void)madvise(base, size_bytes, MADV_HUGEPAGE);
  std::memset(base, 1, size_bytes);
  return base;
}

const dax_operations* backend_named(const std::string& name) {
  std::size_t count = 0;
  const dax_operations* const* all = pmembench_builtin_backends(&count);
  for (std::size_t i = 0; i < count; ++i) {
    if (name == all[i]->name) return all[i];
  }
  stop("there is no backend " + name);
}

Parameters parameters_of(const std::string& workload, Parameters changed) {
  for (const ParameterSpec& spec : find_workload(workload)->parameters) {
    changed.emplace(spec.name, spec.default_value);
  }
  return changed;
}

// The memory, the CPUs, and the loops that suit them.
struct Bench {
  dax_mapping mapping{};
  std::vector<int> cpus;
  reference::StreamLoops streams;
  Figures figures;
};

// A workload on each of some threads, over a device on the bench's memory.
class Ours {
 public:
  Ours(Bench& bench, Team& team, const char* backend, const std::string& workload,
       const Parameters& changed)
      : team_(team) {
    DeviceFacts facts;
    facts.name = workload;
    facts.size_bytes = bench.mapping.size_bytes;
    device_ = must(DaxDevice::allocate(facts, backend_named(backend), &bench.mapping, nullptr));
    const WorkloadType* type = find_workload(workload);
    const Parameters parameters = parameters_of(workload, changed);
    if (parameters.contains("access")) read_as_a_run_does(backend, workload, parameters);
    for (unsigned position = 0; position < team.size(); ++position) {
      paths_.push_back(
          must(find_path(type->needs_mapping ? "mapped" : "direct")->make(*device_, nullptr)));
      workloads_.push_back(
          type->make(parameters, *paths_.back(), ThreadPosition{position, team.size(), 1}));
      must(workloads_.back()->prepare());
    }
    run(1000);
    for (auto& each : workloads_) must(each->verify());
    for (auto& each : workloads_) each->refresh();
  }
  void run(std::uint64_t n) {
    team_.run([&](unsigned position) {
      if (workloads_[position]->run(n).operations != n)
        stop("the workload did less than it was asked");
    });
  }

 private:
  // By the kernel that is the fastest here.
  void read_as_a_run_does(const char* backend, const std::string& workload,
                          const Parameters& parameters) {
    Cell cell;
    cell.backend = backend;
    cell.workload = workload;
    cell.parameters = parameters;
    (void)must(choose_read_kernel(*device_, cell, ""));
  }

  Team& team_;
  std::unique_ptr<DaxDevice> device_;
  std::vector<std::unique_ptr<Path>> paths_;
  std::vector<std::unique_ptr<Workload>> workloads_;
};

// One way for bytes to go; `operation_bytes` is that at which ours goes fastest here.
struct Direction {
  const char* name;
  const char* backend;
  std::uint64_t operation_bytes;
  Parameters parameters;
  reference::Stream loop;
};

// A stream on each of some threads, over equal parts of the memory, on and on.
class Streams {
 public:
  Streams(Bench& bench, Team& team, const Direction& direction)
      : base_(bench.mapping.address),
        operation_bytes_(direction.operation_bytes),
        part_bytes_(bench.mapping.size_bytes / team.size() / operation_bytes_ * operation_bytes_),
        team_(team),
        loop_(direction.loop),
        positions_(team.size()) {}
  void run(std::uint64_t n) {
    team_.run([&](unsigned index) {
      Position& position = positions_[index];
      std::uint64_t left = n * operation_bytes_;
      while (left > 0) {
        const std::uint64_t bytes = std::min(left, part_bytes_ - position.at);
        position.proof = position.proof + loop_(base_ + index * part_bytes_ + position.at, bytes);
        position.at = (position.at + bytes) % part_bytes_;
        left -= bytes;
      }
    });
  }

 private:
  struct alignas(128) Position {
    std::uint64_t at = 0;
    volatile std::uint64_t proof = 0;  // so that no loop is left out
  };
  unsigned char* base_;
  std::uint64_t operation_bytes_;
  std::uint64_t part_bytes_;
  Team& team_;
  reference::Stream loop_;
  std::vector<Position> positions_;
};

// One line of the table; `within`: the ratio must not be above 1 + (1 - target) either.
void print_ratio(Bench& bench, const std::string& name, const PairedSlices& slices, double target,
                 bool within) {
  const MedianInterval ratio = speed_ratio(slices);
  const std::string figure =
      fmt::format("{} / by hand ({:.2f} ns)", name, median_interval(slices.reference_ns).median);
  if (within) {
    bench.figures.between(figure, ratio, target, 2 - target);
  } else {
    bench.figures.at_least(figure, ratio, target);
  }
}

// Each walks the cycle at a place of its own, about half a cycle from the other's: so a node was
// last met equally long ago by whoever comes to it, and no cache favours the one that follows. Not
// half of it exactly: tlb-hostile meets a page in every round through all pages, and half a cycle
// on is the same page again, whose entry in the page table the one that goes first has just fetched
// (the other was 2 to 10 % faster for it). A 128th of the nodes is half a round through pages of 4
// KiB.
void bench_chase(Bench& bench, Team& one, const std::string& order, std::uint64_t range_bytes) {
  Ours ours(bench, one, "movnt", "chase",
            {{"order", order}, {"range_size", std::to_string(range_bytes)}});
  const std::uint64_t nodes = range_bytes / 64;
  const std::uint64_t apart = nodes / 2 + nodes / 128;
  // The chain that the workload has built begins at the first byte.
  void* at = bench.mapping.address;
  std::uint64_t our_steps = 1000, steps = 0;
  const Work by_hand = [&](std::uint64_t n) {
    steps += n;
    one.run([&](unsigned) { at = reference::chase(at, n); });
  };
  const auto slices = time_in_pairs(
      [&](std::uint64_t n) {
        our_steps += n;
        ours.run(n);
      },
      by_hand, range_bytes > kLeastBytes ? kMemoryPairs : kPairs, kSliceNs, 1,
      [&] { by_hand((our_steps + apart + nodes - steps % nodes) % nodes); });
  print_ratio(bench, fmt::format("chase {} over {} KiB", order, range_bytes / 1024), slices,
              1 - kChaseTarget, true);
}

PairedSlices stream_slices(Bench& bench, Team& team, const Direction& direction, unsigned pairs) {
  Parameters parameters = direction.parameters;
  parameters["operation_size"] = std::to_string(direction.operation_bytes);
  Ours ours(bench, team, direction.backend, "sequential", parameters);
  Streams reference(bench, team, direction);
  return time_in_pairs([&](std::uint64_t n) { ours.run(n); },
                       [&](std::uint64_t n) { reference.run(n); }, pairs, kSliceNs, 1);
}

// The size of operation at which ours is fastest, on samples that are not used again. Its buffer is
// in the first-level cache.
void choose_size(Bench& bench, Team& team, Direction& direction) {
  double best_ns_per_byte = 0;
  std::uint64_t best = direction.operation_bytes;
  for (const std::uint64_t size : {256, 1024, 4096, 16384}) {
    direction.operation_bytes = size;
    const auto slices = stream_slices(bench, team, direction, kTrialPairs);
    const double ns_per_byte = median_interval(slices.ours_ns).median / static_cast<double>(size);
    if (best_ns_per_byte != 0 && ns_per_byte >= best_ns_per_byte) continue;
    best_ns_per_byte = ns_per_byte;
    best = size;
  }
  direction.operation_bytes = best;
}

// The faster of two loops by hand, one of which asks for the lines ahead, on samples that are not
// used again.
void choose_read(Bench& bench, Team& team, Direction& direction) {
  Direction other = direction;
  other.loop = bench.streams.read_ahead;
  Streams plain(bench, team, direction), ahead(bench, team, other);
  const auto slices =
      time_in_pairs([&](std::uint64_t n) { ahead.run(n); }, [&](std::uint64_t n) { plain.run(n); },
                    kTrialPairs, kSliceNs, 1);
  const double ratio = speed_ratio(slices).median;
  if (ratio > 1) direction.loop = other.loop;
  fmt::print(
      "(the loop that asks for lines ahead reads {:.3f} times as fast as the plain one: the "
      "{} one is the reference)\n",
      ratio, ratio > 1 ? "former" : "latter");
}

void bench_stream(Bench& bench, Team& team, Direction direction, double target) {
  if (direction.loop == bench.streams.read) choose_read(bench, team, direction);
  choose_size(bench, team, direction);
  print_ratio(bench,
              fmt::format("{} {} B, {} CPU{}", direction.name, direction.operation_bytes,
                          team.size(), team.size() == 1 ? "" : "s"),
              stream_slices(bench, team, direction, kPairs), target, false);
}

Cell null_cell(const Bench& bench, Timing timing) {
  Cell cell;
  cell.name = "null";
  cell.backend = "null";
  cell.path = "direct";
  cell.workload = "random";
  cell.parameters = parameters_of("random", {{"operation_size", "64"}});
  cell.placement.cpus = {bench.cpus.front()};
  cell.timing = timing;
  if (timing == Timing::operation) cell.latency_mode = "issue";
  return cell;
}

// From one ordered reading of the clock to the next with nothing between, next to the slice that it
// is compared with.
double ns_of_a_reading(double ns_per_tick) {
  constexpr unsigned kReadings = 2000;
  const std::uint64_t begin = tsc_begin();
  std::uint64_t last = begin;
  for (unsigned i = 0; i < kReadings; ++i) last = tsc_end_issue();
  return static_cast<double>(last - begin) * ns_per_tick / kReadings;
}

// What a cell of `null` takes an operation, measured as every cell of a run is: by a session, in
// slices. Its copies do nothing, not even the addresses, so nothing need be subtracted.
void bench_harness(Bench& bench, const std::string& name, Timing timing, double target_ns) {
  DeviceFacts facts;
  facts.name = "null";
  facts.size_bytes = bench.mapping.size_bytes;
  static char handle;
  OpenedDevice opened;
  opened.device = must(DaxDevice::allocate(facts, backend_named("null"), &handle, nullptr));
  const SessionHost host{&opened, nullptr, must(calibrate_timer(true)), 1e15, false};
  CellRequest request;
  request.cell = null_cell(bench, timing);
  request.slice_ns = kSliceNs;
  auto session = must(Session::start(host, request.cell));
  (void)must(session->begin(request));
  std::vector<double> costs_ns;
  for (unsigned i = 0; i < kPairs; ++i) {
    const timespec moment{0, 50'000};
    nanosleep(&moment, nullptr);
    const double reading_ns =
        timing == Timing::operation ? ns_of_a_reading(host.timer.ns_per_tick) : 0;
    costs_ns.push_back(must(session->slice()).ns_per_operation - reading_ns);
  }
  bench.figures.at_most(name, median_interval(costs_ns), target_ns, " ns");
}

Bench make_bench() {
  Bench bench;
  const CpuFeatures cpu = detect_cpu_features();
  bench.streams = cpu.avx512f ? reference::avx512_streams()
                  : cpu.avx2  ? reference::avx2_streams()
                              : reference::sse2_streams();
  const std::uint64_t features = DAX_CPU_SSE2 | DAX_CPU_CLFLUSH | (cpu.avx2 ? DAX_CPU_AVX2 : 0) |
                                 (cpu.avx512f ? DAX_CPU_AVX512F : 0);
  const std::uint64_t size_bytes = mapping_bytes();
  bench.mapping = {
      sizeof(dax_mapping), cpu.vector_bytes(), features, map_memory(size_bytes), size_bytes, 0, 0};
  bench.cpus = read_topology("/").usable_cpus;
  return bench;
}

int run_all() {
  Bench bench = make_bench();
  const auto one = must(Team::start({bench.cpus.front()}));
  fmt::print(
      "{} pairs of slices of {} us in turn, {} MiB, {}; ratio: operations a second, ours over "
      "the\n"
      "hand-written loop, median of pairs [95 % by sign test]\n\n",
      kPairs, kSliceNs / 1000, bench.mapping.size_bytes >> 20, bench.streams.vectors);
  for (const char* order : {"random", "sequential", "tlb-hostile"}) {
    bench_chase(bench, *one, order, 16384);
    bench_chase(bench, *one, order, bench.mapping.size_bytes);
  }
  const Direction read{"read", "movnt", 4096, {{"access", "read"}}, bench.streams.read};
  const Direction cached{"cached write",
                         "eadr",
                         256,
                         {{"access", "write"}, {"durability", "none"}},
                         bench.streams.write};
  const Direction movnt{"non-temporal write",
                        "movnt",
                        65536,
                        {{"access", "write"}, {"durability", "batch"}},
                        bench.streams.movnt};
  for (const Direction& one_way : {read, cached, movnt}) {
    bench_stream(bench, *one, one_way, kStreamTarget);
  }
  const auto all = must(Team::start(bench.cpus));
  for (const Direction& one_way : {read, movnt}) bench_stream(bench, *all, one_way, kAllCpusTarget);
  fmt::print(
      "\nwhat the harness adds to an operation of 64 B, by null (the floor of a clock reading: "
      "{:.0f} ns)\n",
      must(calibrate_timer(true)).floor_issue_ns);
  bench_harness(bench, "throughput: null, in whole slices", Timing::slice, kThroughputTargetNs);
  bench_harness(bench, "latency: null, timed and recorded, over a reading", Timing::operation,
                kTimedTargetNs);
  return bench.figures.status();
}

}  // namespace
}  // namespace pmembench::bench

int main() { return pmembench::bench::run_all(); }
