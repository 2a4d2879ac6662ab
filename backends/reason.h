// refuse: the one sentence that a cold operation leaves behind when it says no.
#pragma once

#include <cstdint>

namespace pmembench {

// Formats the sentence into `reason` (cut at `reason_bytes`; `reason` may be null) and returns
// -error.
[[gnu::format(printf, 4, 5)]] int refuse(int error, char* reason, std::uint64_t reason_bytes,
                                         const char* format, ...) noexcept;

}  // namespace pmembench
