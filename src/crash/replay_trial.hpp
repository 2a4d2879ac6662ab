// Replays of a log of writes: the small file system works on a logwrites device, and the state of
// each mark is mounted and looked at.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "crash/crash_outcome.hpp"

namespace pmembench {

struct ReplayTrialOptions {
  std::uint64_t marks = 100;  // to look at, of as many sequences as have them
  std::uint64_t seed = 1;
};

// Every mark (a drain of the device) is a state in which the power might have gone: it must mount,
// have every fsynced byte and whole names only, and be clean. CrashOutcome::crashes says how many
// marks that were. Errors: the file system cannot be made.
Result<CrashOutcome> try_replays(const ReplayTrialOptions& options);

}  // namespace pmembench
