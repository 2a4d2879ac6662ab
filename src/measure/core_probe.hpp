// The core probe: does this core do work in registers as fast as it can, just now?
//
// A hardware thread shares its core's issue slots with its sibling. On a virtual machine the
// sibling may run another guest, and nothing that the kernel counts shows it: no switch, no steal,
// no load. Work that needs no memory shows it, by taking longer than it does at best. (Fixed work
// quanta as a probe of noise: Sottile and Minnich, "Analysis of microbenchmarks for performance
// tuning of clusters", 2004.)
#pragma once

#include <cstdint>

namespace pmembench {

// Ticks of the time-stamp counter that 2,000 rounds of four independent additions take: one cycle a
// round at best, 0.5 to 1 us in all. Begins when all that came before is done. Any thread.
[[nodiscard]] std::uint64_t core_probe_ticks();

}  // namespace pmembench
