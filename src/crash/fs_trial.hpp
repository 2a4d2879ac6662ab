// Crash trials of the small file system: random work, the power cut in the middle, a new mount, and
// a look whether every promise was kept.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "crash/crash_outcome.hpp"
#include "crash/fs_rig.hpp"
#include "fs/file_system.hpp"

namespace pmembench {

struct FsTrialOptions {
  FsMount mount = FsMount::dax;
  FsStack stack = FsStack::none;  // of a dax mount
  std::uint64_t seed = 1;         // decides the work, the cuts and what survives them
  std::uint64_t crashes = 100;
  std::uint32_t operations = 40;  // of one sequence, of which each crash has its own
  std::uint32_t sector_bytes = 4096;
  bool needs_flush = true;    // the device's copies stay in caches
  bool whole_blocks = false;  // each block of a file must be old or new: copy on write
  MountOptions options;       // of the mount that crashes; the one after it is as it should be
};

// A cut at a random event of each of `crashes` random sequences; in a third of the cases another
// one in the recovery that follows. Errors: the file system cannot be made at all.
Result<CrashOutcome> try_fs_crashes(const FsTrialOptions& options);

// One short sequence, cut at every event, and every state that memory may then hold where those are
// at most `images`, otherwise that number of random ones.
Result<CrashOutcome> try_every_fs_crash(const FsTrialOptions& options, std::uint64_t images);

}  // namespace pmembench
