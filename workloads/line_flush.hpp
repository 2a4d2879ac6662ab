// Writing back the lines of a mapping, as an application does it that maps a file.
#pragma once

#include <cstddef>
#include <span>

namespace pmembench {

// Writes back each line of `part` with the best instruction of this CPU (clwb, clflushopt,
// clflush), then waits for them: with MAP_SYNC that is durable.
void flush_lines(std::span<std::byte> part);

}  // namespace pmembench
