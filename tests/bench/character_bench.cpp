// What pmembench says of a memory against the best that hand-written loops get out of it: chases,
// streams by one thread and by all CPUs, and what the harness adds to an operation. In one process,
// over the same pages, slice by slice in turn.
#include <fmt/format.h>
#include <sys/mman.h>

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
#include "run/cell_session.hpp"
#include "tests/bench/paired_slices.hpp"
#include "tests/reference/reference_loops.hpp"
#include "tests/reference/stream_loops.hpp"

namespace pmembench::bench {
namespace {

constexpr std::uint64_t kMappingBytes = std::uint64_t{256} << 20;
constexpr std::uint64_t kSliceNs = 500'000;
constexpr unsigned kPairs = 200;
constexpr std::uint64_t kOperationBytes = 4096;
constexpr double kChaseTarget = 0.01;
constexpr double kStreamTarget = 0.99;
constexpr double kAllCpusTarget = 0.98;
constexpr double kThroughputTargetNs = 1;
constexpr double kTimedTargetNs = 25;

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

// On a boundary of 2 MiB, with huge pages asked for and every page touched.
unsigned char* map_memory() {
  constexpr std::uint64_t kHugeBytes = std::uint64_t{2} << 20;
  void* mapping = mmap(nullptr, kMappingBytes + kHugeBytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) stop("cannot map 256 MiB: free some memory");
  const auto address = reinterpret_cast<std::uintptr_t>(mapping);
  auto* base =
      static_cast<unsigned char*>(mapping) + (kHugeBytes - address % kHugeBytes) % kHugeBytes;
  (void)madvise(base, kMappingBytes, MADV_HUGEPAGE);
  std::memset(base, 1, kMappingBytes);
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
  reference::Loop empty = nullptr;
  bool met = true;
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
    for (unsigned seat = 0; seat < team.size(); ++seat) {
      paths_.push_back(
          must(find_path(type->needs_mapping ? "mapped" : "direct")->make(*device_, nullptr)));
      workloads_.push_back(
          type->make(parameters, *paths_.back(), ThreadSeat{seat, team.size(), 1}));
      must(workloads_.back()->prepare());
    }
    run(1000);
    for (auto& each : workloads_) must(each->verify());
    for (auto& each : workloads_) each->refresh();
  }
  void run(std::uint64_t n) {
    team_.run([&](unsigned seat) {
      if (workloads_[seat]->run(n).operations != n) stop("the workload did less than it was asked");
    });
  }

 private:
  Team& team_;
  std::unique_ptr<DaxDevice> device_;
  std::vector<std::unique_ptr<Path>> paths_;
  std::vector<std::unique_ptr<Workload>> workloads_;
};

// A stream on each of some threads, over equal parts of the memory, on and on.
class Streams {
 public:
  Streams(Bench& bench, Team& team, reference::Stream loop)
      : base_(bench.mapping.address),
        part_bytes_(bench.mapping.size_bytes / team.size() / kOperationBytes * kOperationBytes),
        team_(team),
        loop_(loop),
        seats_(team.size()) {}
  void run(std::uint64_t n) {
    team_.run([&](unsigned index) {
      Seat& seat = seats_[index];
      std::uint64_t left = n * kOperationBytes;
      while (left > 0) {
        const std::uint64_t bytes = std::min(left, part_bytes_ - seat.at);
        seat.proof = seat.proof + loop_(base_ + index * part_bytes_ + seat.at, bytes);
        seat.at = (seat.at + bytes) % part_bytes_;
        left -= bytes;
      }
    });
  }

 private:
  struct alignas(128) Seat {
    std::uint64_t at = 0;
    volatile std::uint64_t proof = 0;  // so that no loop is left out
  };
  unsigned char* base_;
  std::uint64_t part_bytes_;
  Team& team_;
  reference::Stream loop_;
  std::vector<Seat> seats_;
};

// One line of the table; `within`: the ratio must not be above 1 + (1 - target) either.
void print_ratio(Bench& bench, const std::string& name, const PairedSlices& slices, double target,
                 bool within) {
  const MedianInterval ratio = speed_ratio(slices);
  const bool met = ratio.median >= target && (!within || ratio.median <= 2 - target);
  bench.met = bench.met && met;
  fmt::print("{:<36}{:>10.2f}{:>12.2f}{:>8.3f}  [{:.3f}, {:.3f}]  {:>5.2f}  {}\n", name,
             median_interval(slices.ours_ns).median, median_interval(slices.reference_ns).median,
             ratio.median, ratio.low, ratio.high, target, met ? "met" : "MISSED");
  std::fflush(stdout);
}

void bench_chase(Bench& bench, Team& one, const std::string& order, const std::string& range) {
  Ours ours(bench, one, "movnt", "chase", {{"order", order}, {"range_size", range}});
  // The chain that the workload has built begins at the first byte.
  void* at = bench.mapping.address;
  const auto slices = time_in_pairs(
      [&](std::uint64_t n) { ours.run(n); },
      [&](std::uint64_t n) { one.run([&](unsigned) { at = reference::chase(at, n); }); }, kPairs,
      kSliceNs, 1);
  print_ratio(bench, fmt::format("chase {} over {} KiB", order, std::stoull(range) / 1024), slices,
              1 - kChaseTarget, true);
}

void bench_stream(Bench& bench, Team& team, const std::string& name, const char* backend,
                  const Parameters& parameters, reference::Stream loop, double target) {
  Parameters all = parameters;
  all["operation_size"] = std::to_string(kOperationBytes);
  Ours ours(bench, team, backend, "sequential", all);
  Streams reference(bench, team, loop);
  const auto slices =
      time_in_pairs([&](std::uint64_t n) { ours.run(n); },
                    [&](std::uint64_t n) { reference.run(n); }, kPairs, kSliceNs, 1);
  print_ratio(bench, fmt::format("{}, {} CPU{}", name, team.size(), team.size() == 1 ? "" : "s"),
              slices, target, false);
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

// What a cell of `null` takes an operation beyond the bare loop over the same addresses, measured
// as every cell of a run is: by a session, in slices.
void bench_harness(Bench& bench, const std::string& name, Timing timing, double target_ns) {
  DeviceFacts facts;
  facts.name = "null";
  facts.size_bytes = bench.mapping.size_bytes;
  OpenedDevice opened;
  opened.device = must(DaxDevice::allocate(facts, backend_named("null"), &bench.mapping, nullptr));
  const CellSession::Host host{&opened, must(calibrate_timer(true)), 1e15, false};
  auto session = must(CellSession::start(host, null_cell(bench, timing)));
  const std::uint64_t operations = must(session->calibrate(kSliceNs));
  session->set_operations(operations);
  std::uint64_t state = 1;
  volatile std::uint64_t proof = 0;
  std::vector<double> costs_ns;
  for (unsigned i = 0; i < kPairs; ++i) {
    const timespec moment{0, 50'000};
    nanosleep(&moment, nullptr);
    const double ours_ns = must(session->slice()).ns_per_operation;
    nanosleep(&moment, nullptr);
    const std::uint64_t begin = tsc_begin();
    proof = proof +
            bench.empty(bench.mapping.address, bench.mapping.size_bytes / 64, operations, &state);
    const auto ticks = static_cast<double>(tsc_end_issue() - begin);
    costs_ns.push_back(ours_ns - ticks * host.timer.ns_per_tick / static_cast<double>(operations));
  }
  const MedianInterval cost = median_interval(costs_ns);
  const bool met = cost.median <= target_ns;
  bench.met = bench.met && met;
  fmt::print("{:<44}{:>8.2f} ns  [{:.2f}, {:.2f}]  at most {:.0f} ns  {}\n", name, cost.median,
             cost.low, cost.high, target_ns, met ? "met" : "MISSED");
  std::fflush(stdout);
}

Bench make_bench() {
  Bench bench;
  const CpuFeatures cpu = detect_cpu_features();
  bench.streams = cpu.avx2 ? reference::avx2_streams() : reference::sse2_streams();
  bench.empty = (cpu.avx2 ? reference::avx2_loops() : reference::sse2_loops()).empty;
  // The reference has no 64-byte vectors, so ours uses none either.
  bench.mapping = {sizeof(dax_mapping), cpu.avx2 ? 32U : 16U,
                   DAX_CPU_SSE2 | DAX_CPU_CLFLUSH | (cpu.avx2 ? DAX_CPU_AVX2 : 0), map_memory(),
                   kMappingBytes};
  bench.cpus = read_topology("/").usable_cpus;
  return bench;
}

int run_all() {
  Bench bench = make_bench();
  const auto one = must(Team::start({bench.cpus.front()}));
  fmt::print(
      "{} pairs of slices of {} us in turn, 256 MiB, {}; ratio: operations a second, ours over "
      "the\n"
      "hand-written loop, median of pairs [95 % by sign test]\n\n{:<36}{:>10}{:>12}{:>8}\n",
      kPairs, kSliceNs / 1000, bench.streams.vectors, "case", "ours ns", "by hand ns", "ratio");
  for (const char* order : {"random", "sequential", "tlb-hostile"}) {
    for (const char* range : {"16384", "268435456"}) bench_chase(bench, *one, order, range);
  }
  const Parameters read{{"access", "read"}};
  const Parameters cached{{"access", "write"}, {"durability", "none"}};
  const Parameters durable{{"access", "write"}, {"durability", "batch"}};
  bench_stream(bench, *one, "read 4 KiB", "movnt", read, bench.streams.read, kStreamTarget);
  bench_stream(bench, *one, "cached write 4 KiB", "eadr", cached, bench.streams.write,
               kStreamTarget);
  bench_stream(bench, *one, "non-temporal write 4 KiB", "movnt", durable, bench.streams.movnt,
               kStreamTarget);
  const auto all = must(Team::start(bench.cpus));
  bench_stream(bench, *all, "read 4 KiB", "movnt", read, bench.streams.read, kAllCpusTarget);
  bench_stream(bench, *all, "non-temporal write 4 KiB", "movnt", durable, bench.streams.movnt,
               kAllCpusTarget);
  fmt::print("\nwhat the harness adds to an operation of 64 B, by null, over the bare loop\n");
  bench_harness(bench, "throughput: whole slices timed", Timing::slice, kThroughputTargetNs);
  bench_harness(bench, "latency: every operation timed and recorded", Timing::operation,
                kTimedTargetNs);
  return bench.met ? 0 : 1;
}

}  // namespace
}  // namespace pmembench::bench

int main() { return pmembench::bench::run_all(); }
