#include "run/checks.hpp"

#include <immintrin.h>

#include <algorithm>
#include <vector>

#include "base/units.hpp"
#include "measure/timer.hpp"
#include "record/limits.hpp"

namespace pmembench {
namespace {

constexpr std::size_t kBufferBytes = 16 * 1024;
constexpr unsigned kPasses = 64;
constexpr unsigned kRounds = 20;

// The loads are volatile asm: the compiler may neither drop nor merge them.
__attribute__((target("avx512f"))) void load_avx512(const unsigned char* at) {
  for (std::size_t i = 0; i < kBufferBytes; i += 128) {
    asm volatile("vmovdqa64 (%0), %%zmm0\n\tvmovdqa64 64(%0), %%zmm1"
                 :
                 : "r"(at + i)
                 : "xmm0", "xmm1");
  }
}
__attribute__((target("avx2"))) void load_avx2(const unsigned char* at) {
  for (std::size_t i = 0; i < kBufferBytes; i += 128) {
    asm volatile(
        "vmovdqa (%0), %%ymm0\n\tvmovdqa 32(%0), %%ymm1\n\t"
        "vmovdqa 64(%0), %%ymm2\n\tvmovdqa 96(%0), %%ymm3"
        :
        : "r"(at + i)
        : "xmm0", "xmm1", "xmm2", "xmm3");
  }
}
void load_sse2(const unsigned char* at) {
  for (std::size_t i = 0; i < kBufferBytes; i += 64) {
    asm volatile(
        "movdqa (%0), %%xmm0\n\tmovdqa 16(%0), %%xmm1\n\t"
        "movdqa 32(%0), %%xmm2\n\tmovdqa 48(%0), %%xmm3"
        :
        : "r"(at + i)
        : "xmm0", "xmm1", "xmm2", "xmm3");
  }
}

}  // namespace

Status check_time_grows(std::uint64_t operations, double once_ns, double twice_ns) {
  if (twice_ns >= 1.3 * once_ns) return {};
  return runtime_error(
      "time does not grow with work: {} operations took {}, twice as many {}; the work is not "
      "being done",
      operations, format_duration_ns(once_ns), format_duration_ns(twice_ns));
}

Status check_ceiling(double bytes_per_s, double ceiling_bytes_per_s, unsigned threads) {
  if (ceiling_bytes_per_s <= 0) return {};
  const double limit = limits::kCeilingMargin * ceiling_bytes_per_s * threads;
  if (bytes_per_s <= limit) return {};
  return runtime_error(
      "{} is above the physical ceiling: {} CPU{} load at most {} from their first-level caches",
      format_bandwidth(bytes_per_s), threads, threads == 1 ? "" : "s",
      format_bandwidth(ceiling_bytes_per_s * threads));
}

double rate_over_thread_time(double operations, double thread_time_ns, unsigned threads) {
  return operations * threads / thread_time_ns * 1e9;
}

Status check_littles_law(double operations_per_s, double mean_latency_ns, unsigned threads,
                         double step_ns) {
  const double in_flight = operations_per_s * std::max(0.0, mean_latency_ns - step_ns) * 1e-9;
  if (in_flight <= limits::kLittleInProcess * threads) return {};
  return runtime_error(
      "Little's law is broken: {} with a mean latency of {} means {:.1f} operations in flight, but "
      "{} thread{} had one each; the latency or the rate is wrong",
      format_rate(operations_per_s), format_duration_ns(mean_latency_ns), in_flight, threads,
      threads == 1 ? "" : "s");
}

double measure_load_ceiling(double ns_per_tick) {
  alignas(64) static thread_local unsigned char buffer[kBufferBytes] = {};
  const auto load = __builtin_cpu_supports("avx512f") != 0 ? load_avx512
                    : __builtin_cpu_supports("avx2") != 0  ? load_avx2
                                                           : load_sse2;
  std::uint64_t best = ~std::uint64_t{0};
  for (unsigned round = 0; round < kRounds; ++round) {
    const std::uint64_t begin = tsc_begin();
    for (unsigned pass = 0; pass < kPasses; ++pass) load(buffer);
    best = std::min(best, tsc_end_issue() - begin);
  }
  const double bytes = static_cast<double>(kBufferBytes) * kPasses;
  return bytes / (static_cast<double>(best) * ns_per_tick) * 1e9;
}

}  // namespace pmembench
