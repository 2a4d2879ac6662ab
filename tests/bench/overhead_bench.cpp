// What pmembench costs: its workloads on the direct path against hand-written loops of the same
// instructions, over the same memory, in one process, slice by slice.
#include <fmt/format.h>
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "backends/builtin_backends.h"
#include "dax/dax_device.hpp"
#include "platform/cpu.hpp"
#include "run/read_kernel.hpp"
#include "tests/bench/figures.hpp"
#include "tests/bench/paired_slices.hpp"
#include "tests/reference/reference_loops.hpp"
#include "workloads/path.hpp"
#include "workloads/workload.hpp"

namespace pmembench::bench {
namespace {

constexpr std::uint64_t kMappingBytes = std::uint64_t{256} << 20;
constexpr std::uint64_t kSliceNs = 500'000;
constexpr unsigned kPairs = 400;
constexpr double kRatioTarget = 0.98;
constexpr double kNullTargetNs = 1.0;

struct Case {
  const char* name;
  const char* backend;
  const char* workload;
  Parameters parameters;
  reference::Loop reference;
  std::uint64_t operation_bytes;
};

[[noreturn]] void stop(const std::string& sentence) {
  fmt::print(stderr, "overhead_bench: {}\n", sentence);
  std::exit(4);
}

// 256 MiB on a boundary of 2 MiB, with huge pages asked for and every page touched.
unsigned char* map_memory() {
  constexpr std::uint64_t kHugeBytes = std::uint64_t{2} << 20;
  void* mapping = mmap(nullptr, kMappingBytes + kHugeBytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) stop("cannot map 256 MiB: free some memory");
  const auto address = reinterpret_cast<std::uintptr_t>(mapping);
  const std::uintptr_t skip = (kHugeBytes - address % kHugeBytes) % kHugeBytes;
  auto* base = static_cast<unsigned char*>(mapping) + skip;
  if (madvise(base, kMappingBytes, MADV_HUGEPAGE) != 0) {
    fmt::print("huge pages: refused ({}); both sides run on small pages\n", std::strerror(errno));
  }
  std::memset(base, 1, kMappingBytes);
  return base;
}

const dax_operations* find_backend(const std::string& name) {
  std::size_t count = 0;
  const dax_operations* const* all = pmembench_builtin_backends(&count);
  for (std::size_t i = 0; i < count; ++i) {
    if (name == all[i]->name) return all[i];
  }
  stop("there is no backend " + name);
}

// One workload on the direct path of a device over the mapping; lives as long as it is measured.
class Ours {
 public:
  Ours(const Case& one, dax_mapping& mapping) {
    DeviceFacts facts;
    facts.name = one.name;
    facts.size_bytes = mapping.size_bytes;
    auto device = DaxDevice::allocate(facts, find_backend(one.backend), &mapping, nullptr);
    if (!device) stop(device.error().message);
    device_ = std::move(*device);
    read_as_a_run_does(one);
    auto path = find_path("direct")->make(*device_, nullptr);
    if (!path) stop(path.error().message);
    path_ = std::move(*path);
    const WorkloadType* type = find_workload(one.workload);
    Parameters parameters = one.parameters;
    for (const ParameterSpec& spec : type->parameters) {
      parameters.emplace(spec.name, spec.default_value);
    }
    workload_ = type->make(parameters, *path_, ThreadPosition{});
    if (const Status ready = workload_->prepare(); !ready) stop(ready.error().message);
  }

  void run(std::uint64_t n) {
    if (workload_->run(n).operations != n) stop("the workload did less than it was asked");
  }
  void verify() {
    workload_->refresh();
    run(1000);
    if (const Status right = workload_->verify(); !right) stop(right.error().message);
  }

 private:
  // By the kernel that is the fastest here.
  void read_as_a_run_does(const Case& one) {
    Cell cell;
    cell.backend = one.backend;
    cell.workload = one.workload;
    cell.parameters = one.parameters;
    cell.parameters.emplace("access", "write");
    cell.parameters.emplace("kernel", "auto");
    const auto kernel = choose_read_kernel(*device_, cell, "");
    if (!kernel) stop(kernel.error().message);
    if (*kernel) fmt::print("({} by kernel {})\n", one.name, (*kernel)->name);
  }

  std::unique_ptr<DaxDevice> device_;
  std::unique_ptr<Path> path_;
  std::unique_ptr<Workload> workload_;
};

std::vector<Case> cases_of(const reference::ReferenceLoops& loops, bool has_clwb) {
  const Parameters read_64{{"operation_size", "64"}, {"access", "read"}};
  const Parameters write_64{{"operation_size", "64"}, {"access", "write"}, {"durability", "each"}};
  const Parameters read_4k{{"operation_size", "4096"}, {"access", "read"}};
  const Parameters write_4k{
      {"operation_size", "4096"}, {"access", "write"}, {"durability", "each"}};
  std::vector<Case> cases{
      {"read 64 B random", "movnt", "random", read_64, loops.read_64_random, 64},
      {"movnt 64 B random", "movnt", "random", write_64, loops.movnt_64_random, 64},
      {"read 4 KiB sequential", "movnt", "sequential", read_4k, loops.read_4096_sequential, 4096},
      {"movnt 4 KiB sequential", "movnt", "sequential", write_4k, loops.movnt_4096_sequential,
       4096}};
  if (has_clwb) {
    cases.push_back({"clwb 64 B random", "clwb", "random", write_64, loops.clwb_64_random, 64});
  }
  return cases;
}

PairedSlices measure(const Case& one, dax_mapping& mapping) {
  Ours ours(one, mapping);
  if (std::strcmp(one.backend, "null") != 0) ours.verify();
  std::uint64_t state = 1;
  // Kept in memory that the compiler cannot see through, so that no loop is left out.
  volatile std::uint64_t proof = 0;
  const std::uint64_t slots = mapping.size_bytes / one.operation_bytes;
  const Work reference = [&](std::uint64_t n) {
    proof = proof + one.reference(mapping.address, slots, n, &state);
  };
  return time_in_pairs([&](std::uint64_t n) { ours.run(n); }, reference, kPairs, kSliceNs, 1);
}

// The harness's own cost an operation, in batches of so many.
MedianInterval null_cost(dax_mapping& mapping, const reference::ReferenceLoops& loops,
                         const std::string& batch) {
  const Case null{"null",      "null", "random", {{"operation_size", "64"}, {"batch", batch}},
                  loops.empty, 64};
  return median_interval(measure(null, mapping).ours_ns);
}

int run_all() {
  const CpuFeatures cpu = detect_cpu_features();
  const auto loops = cpu.avx2 ? reference::avx2_loops() : reference::sse2_loops();
  // The reference has no 64-byte vectors, so ours uses none either.
  dax_mapping mapping{};
  mapping.struct_size = sizeof mapping;
  mapping.vector_bytes = cpu.avx2 ? 32 : 16;
  mapping.cpu_features = DAX_CPU_SSE2 | (cpu.avx2 ? DAX_CPU_AVX2 : 0) |
                         (cpu.clwb ? DAX_CPU_CLWB : 0) | (cpu.clflush ? DAX_CPU_CLFLUSH : 0);
  mapping.address = map_memory();
  mapping.size_bytes = kMappingBytes;

  fmt::print(
      "{} pairs of slices of {} us, 256 MiB, {} loops; ratio: operations per second, ours\n"
      "over the hand-written loop, median of pairs [95 % by sign test]\n\n",
      kPairs, kSliceNs / 1000, loops.vectors);
  Figures figures;
  for (const Case& one : cases_of(loops, cpu.clwb)) {
    const PairedSlices slices = measure(one, mapping);
    figures.at_least(fmt::format("{} / by hand ({:.2f} ns)", one.name,
                                 median_interval(slices.reference_ns).median),
                     speed_ratio(slices), kRatioTarget);
  }
  figures.at_most("null in batches of 256, an operation", null_cost(mapping, loops, "256"),
                  kNullTargetNs, " ns");
  const MedianInterval alone = null_cost(mapping, loops, "1");
  fmt::print("null in batches of 1: {:.2f} ns an operation [{:.2f}, {:.2f}]\n", alone.median,
             alone.low, alone.high);
  return figures.status();
}

}  // namespace
}  // namespace pmembench::bench

int main() { return pmembench::bench::run_all(); }
