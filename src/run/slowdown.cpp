#include "run/slowdown.hpp"

#include <x86intrin.h>

#include <algorithm>
#include <cmath>

#include "measure/timer.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kChunk = 16;
constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15ULL;  // odd: the chain never runs into zero
constexpr int kIntervals = 9;
constexpr std::uint64_t kIntervalMultiplications = 20'000;  // about 20 us: few are interrupted

// The empty assembly keeps the compiler from folding the chain; it costs no instruction.
std::uint64_t multiply_chain(std::uint64_t multiplications) {
  std::uint64_t value = kFactor;
  for (std::uint64_t i = 0; i < multiplications; ++i) {
    value *= kFactor;
    asm volatile("" : "+r"(value));
  }
  return value;
}

}  // namespace

std::uint64_t slowdown_chunk(std::uint64_t operations_of_a_slice) {
  return operations_of_a_slice >= kChunk * kChunk ? kChunk : 1;
}

std::uint64_t slowdown_multiplications(double share, double ns_per_operation, std::uint64_t chunk,
                                       double ns_per_multiplication) {
  const double wanted_ns = share * ns_per_operation * static_cast<double>(chunk);
  return static_cast<std::uint64_t>(
      std::llround(std::max(0.0, wanted_ns) / std::max(ns_per_multiplication, 1e-3)));
}

namespace {

template <typename Inject>
InjectedRun run_with(Workload& workload, std::uint64_t operations, const Slowdown& slowdown,
                     Inject inject) {
  InjectedRun run;
  while (operations > 0) {
    const std::uint64_t wanted = std::min(operations, slowdown.chunk);
    const Work part = workload.run(wanted);
    run.work.operations += part.operations;
    run.work.bytes += part.bytes;
    if (part.operations != wanted) break;
    operations -= wanted;
    if (wanted < slowdown.chunk) break;
    run.last_value = inject(slowdown.multiplications);
    ++run.slowdowns;
  }
  return run;
}

}  // namespace

InjectedRun run_injected(Workload& workload, std::uint64_t operations, const Slowdown& slowdown) {
  return run_with(workload, operations, slowdown, injected_work);
}

InjectedRun run_injected(Workload& workload, std::uint64_t operations, const Slowdown& slowdown,
                         void (*inject)(std::uint64_t multiplications)) {
  return run_with(workload, operations, slowdown, [inject](std::uint64_t multiplications) {
    inject(multiplications);
    return std::uint64_t{0};
  });
}

std::uint64_t injected_work(std::uint64_t multiplications) {
  _mm_mfence();
  // A CPU that makes only loads and stores wait for an mfence would begin the chain while the last
  // operation's load is still on its way, and hide it there.
  _mm_lfence();
  std::uint64_t value = multiply_chain(multiplications);
  // The operations that follow do not depend on the chain and would overtake it.
  asm volatile("" : "+r"(value));
  _mm_lfence();
  return value;
}

double measure_ns_per_multiplication(double ns_per_tick) {
  std::uint64_t least_ticks = ~std::uint64_t{0};
  for (int i = 0; i < kIntervals; ++i) {
    const std::uint64_t begin = tsc_begin();
    (void)injected_work(kIntervalMultiplications);
    least_ticks = std::min(least_ticks, tsc_end_issue() - begin);
  }
  return static_cast<double>(least_ticks) * ns_per_tick /
         static_cast<double>(kIntervalMultiplications);
}

}  // namespace pmembench
