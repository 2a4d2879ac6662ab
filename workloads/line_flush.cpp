#include "workloads/line_flush.hpp"

#include <cpuid.h>
#include <immintrin.h>

#include <cstdint>

namespace pmembench {
namespace {

constexpr std::size_t kLine = 64;
using FlushLine = void (*)(std::byte* begin, const std::byte* end);

__attribute__((target("clwb"))) void flush_clwb(std::byte* begin, const std::byte* end) {
  for (std::byte* line = begin; line < end; line += kLine) _mm_clwb(line);
}

__attribute__((target("clflushopt"))) void flush_clflushopt(std::byte* begin,
                                                            const std::byte* end) {
  for (std::byte* line = begin; line < end; line += kLine) _mm_clflushopt(line);
}

void flush_clflush(std::byte* begin, const std::byte* end) {
  for (std::byte* line = begin; line < end; line += kLine) _mm_clflush(line);
}

FlushLine best_of_this_cpu() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  constexpr unsigned kClflushopt = 1U << 23;  // CPUID leaf 7, EBX
  constexpr unsigned kClwb = 1U << 24;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0) return flush_clflush;
  if ((ebx & kClwb) != 0) return flush_clwb;
  return (ebx & kClflushopt) != 0 ? flush_clflushopt : flush_clflush;
}

}  // namespace

void flush_lines(std::span<std::byte> part) {
  static const FlushLine kFlush = best_of_this_cpu();
  const std::size_t skew = reinterpret_cast<std::uintptr_t>(part.data()) % kLine;
  kFlush(part.data() - skew, part.data() + part.size());
  _mm_sfence();
}

}  // namespace pmembench
