// What each layer costs, against targets: sectors and files over the same memory as direct access,
// ext4 on a loop device, and a second thread. Both sides of each figure in one process, slice by
// slice.
#include <fmt/format.h>

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "backends/builtin_backends.h"
#include "run/host_info.hpp"
#include "tests/bench/ext4_on_loop.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/layer_side.hpp"
#include "tests/bench/paired_slices.hpp"

namespace pmembench::bench {
namespace {

constexpr unsigned kPairs = 300;
constexpr std::uint64_t kSliceNs = 1'000'000;
// A second thread has to be woken, which a short slice would be charged for.
constexpr std::uint64_t kThreadedSliceNs = 10'000'000;
constexpr const char* kMedium = "dram:64M,pages=thp";
constexpr std::uint64_t kExt4Bytes = std::uint64_t{256} << 20;
constexpr std::uint64_t kCounted = 4096;  // operations

const char* const kBttReason =
    "a btt write waits for two lines beyond its data, one after the other: the second part of the "
    "log, which must not be durable before the first, and (with the next sector's data) the map's "
    "entry, which must not be before the log; docs/layers.md has what each costs by itself";

struct Bench {
  Registry registry;
  dax_host_info host;
  Figures figures;
};

SideSpec random_writes(const char* path) {
  return {kMedium,
          "movnt",
          path,
          "random",
          {{"operation_size", "4096"},
           {"range_size", "33554432"},
           {"access", "write"},
           {"durability", "each"}}};
}

// How many times longer ours takes.
MedianInterval cost(const PairedSlices& slices) {
  const MedianInterval speed = speed_ratio(slices);
  return {1 / speed.median, 1 / speed.high, 1 / speed.low};
}

PairedSlices pair_up(LayerSide& ours, LayerSide& reference, std::uint64_t slice_ns) {
  return time_in_pairs([&](std::uint64_t n) { ours.run(n); },
                       [&](std::uint64_t n) { reference.run(n); }, kPairs, slice_ns, 1);
}

MedianInterval cost_over_direct(Bench& bench, const SideSpec& spec) {
  SideSpec reference = spec;
  reference.path = "direct";
  LayerSide direct(bench.registry, bench.host, reference, 1);
  LayerSide ours(bench.registry, bench.host, spec, 1);
  direct.verify();
  ours.verify();
  return cost(pair_up(ours, direct, kSliceNs));
}

void compare_with_direct(Bench& bench, const char* path, double target, const char* reason = "") {
  bench.figures.at_most(fmt::format("{} / direct, durable 4 KiB, time", path),
                        cost_over_direct(bench, random_writes(path)), target, "", reason);
}

// A call for each operation, which then ends with a fence of its own: no target, but good to know.
void compare_single_requests(Bench& bench) {
  SideSpec spec = random_writes("block-btt");
  spec.parameters["batch"] = "1";
  const MedianInterval value = cost_over_direct(bench, spec);
  fmt::print("{:<44}{:>8.3f}  [{:.3f}, {:.3f}]\n", "  one sector a call (no target)", value.median,
             value.low, value.high);
}

void compare_with_ext4(Bench& bench) {
  const auto ext4 = Ext4OnLoop::make(kExt4Bytes);
  if (!ext4) {
    bench.figures.undecided("append 4 KiB + fsync, ext4 on loop / fs-dax, time", ">= 5",
                            ext4.error().message);
    return;
  }
  const SideSpec there{
      "posix:" + ext4->directory() + ",size=64M", "block", "posix", "append_fsync", {}};
  LayerSide reference(bench.registry, bench.host, there, 1);
  LayerSide ours(bench.registry, bench.host, {kMedium, "movnt", "fs-dax", "append_fsync", {}}, 1);
  reference.verify();
  ours.verify();
  bench.figures.at_least("append 4 KiB + fsync, ext4 on loop / fs-dax, time",
                         speed_ratio(pair_up(ours, reference, kThreadedSliceNs)), 5);
}

// Two threads, each in a directory of its own, against one.
void compare_threads(Bench& bench) {
  const SideSpec spec{kMedium, "movnt", "fs-dax", "create_unlink", {{"directory", "private"}}};
  LayerSide one(bench.registry, bench.host, spec, 1);
  LayerSide two(bench.registry, bench.host, spec, 2);
  one.verify();
  two.verify();
  const PairedSlices slices =
      time_in_pairs([&](std::uint64_t n) { two.run(n); },
                    [&](std::uint64_t n) { one.run(n); }, kPairs / 3, kThreadedSliceNs, 1);
  MedianInterval speed = speed_ratio(slices);
  // Each of the two did as many operations as the one.
  speed = {2 * speed.median, 2 * speed.low, 2 * speed.high};
  bench.figures.at_least("create + unlink, 2 threads / 1, operations", speed, 1.7);
}

// Bytes stored for a byte asked, as the device counts them.
double amplification(Bench& bench, const SideSpec& spec) {
  LayerSide side(bench.registry, bench.host, spec, 1);
  side.refresh();
  const DeviceCounters before = side.counters();
  side.run(kCounted);
  const std::uint64_t stored = side.counters().bytes_copied_from - before.bytes_copied_from;
  return static_cast<double>(stored) / (kCounted * 4096.0);
}

void count_bytes(Bench& bench) {
  const auto exactly = [&](const char* figure, const SideSpec& spec, double low, double high) {
    const double value = amplification(bench, spec);
    bench.figures.between(figure, {value, value, value}, low, high);
  };
  SideSpec rmw = random_writes("block-rmw");
  rmw.parameters["erase"] = "off";
  exactly("block-rmw, random, synced: stored / asked", rmw, 15.84, 16.16);
  rmw.parameters["erase"] = "on";
  exactly("  with the erase pass", rmw, 31.68, 32.32);
  rmw.parameters["erase"] = "off";
  rmw.parameters["durability"] = "none";
  rmw.workload = "sequential";
  exactly("  sequential, not synced", rmw, 0.99, 1.01);
  exactly("block-btt, random: stored / asked", random_writes("block-btt"), 1, 1.06);
}

int run_all() {
  auto host = host_info("");
  std::size_t count = 0;
  const dax_operations* const* tables = pmembench_builtin_backends(&count);
  auto registry = Registry::build(*host, {tables, count}, {});
  if (!registry) {
    fmt::print(stderr, "layers_bench: {}\n", registry.error().message);
    return 4;
  }
  Bench bench{*std::move(registry), *host, {}};
  fmt::print(
      "{} pairs of slices of {} ms ({} ms with threads and ext4), {}, movnt; medians of pairs\n"
      "[95 % by sign test], and targets\n\n",
      kPairs, kSliceNs / 1'000'000, kThreadedSliceNs / 1'000'000, kMedium);
  compare_with_direct(bench, "block-raw", 1.10);
  compare_with_direct(bench, "block-btt", 1.5, kBttReason);
  compare_single_requests(bench);
  compare_with_direct(bench, "fs-dax", 1.25);
  count_bytes(bench);
  compare_threads(bench);
  compare_with_ext4(bench);
  return bench.figures.status();
}

}  // namespace
}  // namespace pmembench::bench

int main() { return pmembench::bench::run_all(); }
