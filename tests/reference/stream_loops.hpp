// The fastest plain loops we know for one direction each, as STREAM has them (J. McCalpin, 1995):
// no order but ascending, no ranges, no buffer. And a pointer chase with nothing around it.
#pragma once

#include <cstdint>

namespace pmembench::reference {

// Over `bytes` from `begin`, multiples of 256 both. `read` returns a value that depends on every
// byte; the others return 0. `movnt` ends with a fence.
using Stream = std::uint64_t (*)(unsigned char* begin, std::uint64_t bytes);

struct StreamLoops {
  const char* vectors;  // "avx512", "avx2" or "sse2"
  Stream read;          // loads
  Stream read_ahead;    // loads, and each line 4 KiB ahead asked for: which is faster depends
  Stream write;         // cached stores
  Stream movnt;         // non-temporal stores
};
// Which of them this CPU can run is the caller's to know.
[[nodiscard]] StreamLoops avx512_streams();
[[nodiscard]] StreamLoops avx2_streams();
[[nodiscard]] StreamLoops sse2_streams();

// `steps` from node to node, each of which begins with the address of the next; where it ended.
void* chase(void* at, std::uint64_t steps);

}  // namespace pmembench::reference
