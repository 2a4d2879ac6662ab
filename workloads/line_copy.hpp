// Plain loads and stores for the mapped path: what an application does that maps a device.
#pragma once

#include <cstdint>

namespace pmembench {

// Copies `size_bytes` with ordinary (cached) vector loads and stores of 32 bytes where the CPU has
// them, else 16; the rest byte-wise. Not memcpy: glibc's goes non-temporal above a threshold, and
// then it would no longer be what the path is named for. Not elided, not merged with its
// neighbours.
using LineCopy = void (*)(unsigned char* to, const unsigned char* from, std::uint64_t size_bytes);

// The widest that this CPU can run.
[[nodiscard]] LineCopy line_copy_for_this_cpu();

}  // namespace pmembench
