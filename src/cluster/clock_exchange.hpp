// Offsets of the ranks' clocks to rank 0's, by messages there and back.
#pragma once

#include "base/clock.hpp"
#include "cluster/link.hpp"
#include "measure/clock_offset.hpp"

namespace pmembench {

inline constexpr unsigned kPingPongs = 200;

// Rank 0's side with one other rank, which answers meanwhile. Errors: those of the link; no message
// came back (runtime).
Result<ClockOffset> measure_offset(ClusterLink& link, unsigned rank, const Clock& clock,
                                   std::uint64_t limit_ms);

// The other side: answers rank 0's messages with this clock.
Status answer_clock(ClusterLink& link, const Clock& clock, std::uint64_t limit_ms);

}  // namespace pmembench
