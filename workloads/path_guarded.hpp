// The guarded path: the device's own operations over known and unknown bad blocks, and what becomes
// of a range that meets one: it fails, goes by the block layer, or is written by recovery_write.
#pragma once

#include "workloads/path.hpp"

namespace pmembench {

// Parameters: `bad_blocks`, how many pages are bad when an interval begins (repaired ones are made
// bad again, untimed); `poison`, whether they are only listed or raise SIGBUS (userfaultfd; then
// they are unknown before they are met); `error_policy`:
//   fail         the operation fails; it is counted, and its bytes are not
//   io-fallback  a write goes to the block layer, which repairs and writes (the fallback of
//                Linux 4.7)
//   recovery     a write goes to recovery_write (Linux 5.19); whole pages only
// A read of a bad block fails under each: its bytes are lost.
Result<std::unique_ptr<PathFixture>> prepare_guarded_path(OpenedDevice& opened,
                                                          const Parameters& parameters);
Result<std::unique_ptr<Path>> make_guarded_path(DaxDevice& device, PathFixture* fixture);
PathType guarded_path();
std::uint64_t guarded_path_granule(const Parameters& parameters);

}  // namespace pmembench
