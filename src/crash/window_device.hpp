// A part of a dax device as a separate device, so that two devices lose their power at the same
// moment: they are parts of one CrashDevice.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.hpp"
#include "dax/dax_device.hpp"

namespace pmembench {

// Bytes [offset, offset + size) of `device`, which must outlive it; whole pages. For one thread at
// a time. No direct access.
Result<std::unique_ptr<DaxDevice>> make_window_device(DaxDevice& device, std::uint64_t offset_bytes,
                                                      std::uint64_t size_bytes);

}  // namespace pmembench
