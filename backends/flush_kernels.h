// Writing cache lines back: the three instructions, for one line and for a batch of ranges.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "backends/dax_operations.h"

namespace pmembench {

enum class Flush { none, clflush, clflushopt, clwb };

// clwb keeps the line; clflushopt drops it; clflush drops it and also waits for the one before.
[[nodiscard]] constexpr Flush best_flush(std::uint64_t cpu_features) noexcept {
  if ((cpu_features & DAX_CPU_CLWB) != 0) return Flush::clwb;
  if ((cpu_features & DAX_CPU_CLFLUSHOPT) != 0) return Flush::clflushopt;
  if ((cpu_features & DAX_CPU_CLFLUSH) != 0) return Flush::clflush;
  return Flush::none;
}

[[nodiscard]] const char* flush_name(Flush flush) noexcept;

// The compiler moves no access across it. A range ends with one, so that no store of it can be
// merged into, or dropped in favour of, those of the next.
[[gnu::always_inline]] inline void compiler_barrier() noexcept { asm volatile("" ::: "memory"); }

// Writes back the line that holds `line`.
template <Flush flush>
[[gnu::target("clwb,clflushopt"), gnu::always_inline]] inline void flush_line(
    unsigned char* line) noexcept {
  if constexpr (flush == Flush::clflush) _mm_clflush(line);
  if constexpr (flush == Flush::clflushopt) _mm_clflushopt(line);
  if constexpr (flush == Flush::clwb) _mm_clwb(line);
}

// How many lines the `size` bytes at `device` touch.
[[nodiscard]] inline std::uint64_t lines_touched(const unsigned char* device,
                                                 std::uint64_t size) noexcept {
  const std::uint64_t lead = reinterpret_cast<std::uintptr_t>(device) % DAX_LINE_BYTES;
  return (lead + size + DAX_LINE_BYTES - 1) / DAX_LINE_BYTES;
}

// Writes back all lines of `size` bytes at `device`; returns their number.
template <Flush flush>
[[gnu::target("clwb,clflushopt"), gnu::always_inline]] inline std::uint64_t flush_bytes(
    unsigned char* device, std::uint64_t size) noexcept {
  const std::uint64_t lines = lines_touched(device, size);
  unsigned char* line = device - reinterpret_cast<std::uintptr_t>(device) % DAX_LINE_BYTES;
  for (std::uint64_t left = lines; left != 0; --left, line += DAX_LINE_BYTES) {
    flush_line<flush>(line);
  }
  return lines;
}

// The batch: returns lines, does not fence. Flush::none passes over it and returns 0.
template <Flush flush>
std::int64_t flush_ranges(unsigned char* base, dax_iter* iter) noexcept;
std::int64_t flush_ranges(Flush flush, unsigned char* base, dax_iter* iter) noexcept;

}  // namespace pmembench
