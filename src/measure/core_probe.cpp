#include "measure/core_probe.hpp"

#include "measure/timer.hpp"

namespace pmembench {

// In one piece and aligned: where in a cache line a loop begins can double what a round takes.
std::uint64_t core_probe_ticks() {
  std::uint64_t first = 0, second = 0, third = 0, fourth = 0, rounds = 2000;
  const std::uint64_t begin = tsc_begin();
  asm volatile(
      ".p2align 6\n"
      "1:\n\t"
      "add $1, %0\n\tadd $1, %1\n\tadd $1, %2\n\tadd $1, %3\n\t"
      "dec %4\n\t"
      "jnz 1b"
      : "+r"(first), "+r"(second), "+r"(third), "+r"(fourth), "+r"(rounds)::"cc");
  return tsc_end_issue() - begin;
}

}  // namespace pmembench
