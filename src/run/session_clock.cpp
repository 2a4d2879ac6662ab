#include "run/session_clock.hpp"

namespace pmembench {

TimerFacts virtual_timer() {
  TimerFacts facts;
  facts.ns_per_tick = SimMemory::kTick_ns;
  facts.step_ns = SimMemory::kTick_ns;
  facts.invariant = true;
  facts.reading = kReadingVirtual;
  return facts;
}

}  // namespace pmembench
