// The hand-written loops that pmembench's own are held against: the same instructions, the same
// affine order of addresses (backends/dax_operations.h), and nothing else.
#pragma once

#include <cstdint>

namespace pmembench::reference {

// Does `n` operations over `slots` equal ranges from `base`, beginning at generator state `*state`
// and leaving it where the next call goes on. Returns a value that depends on every byte read (the
// empty loop: on every slot), and 0 where none is. Any thread, on disjoint ranges.
using Loop = std::uint64_t (*)(unsigned char* base, std::uint64_t slots, std::uint64_t n,
                               std::uint64_t* state);

struct ReferenceLoops {
  const char* vectors;         // "avx2" or "sse2"
  Loop empty;                  // the slots alone, in random order
  Loop read_64_random;         // loads 64 B and stores them into a buffer
  Loop movnt_64_random;        // 64 B of non-temporal stores, sfence
  Loop clwb_64_random;         // 64 B of stores, clwb, sfence; only for a CPU that has clwb
  Loop read_4096_sequential;   // loads 4 KiB and stores them into a buffer
  Loop movnt_4096_sequential;  // 4 KiB of non-temporal stores, sfence
};

// Which of the two this CPU can run is the caller's to know.
[[nodiscard]] ReferenceLoops avx2_loops();
[[nodiscard]] ReferenceLoops sse2_loops();

}  // namespace pmembench::reference
