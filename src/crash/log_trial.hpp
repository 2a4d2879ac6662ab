// Crash trials of a database's log on the small file system: records of one size are gathered, each
// group of them is one write and one fsync, and then all of it counts as acknowledged.
#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "crash/crash_outcome.hpp"
#include "crash/fs_rig.hpp"

namespace pmembench {

struct LogTrialOptions {
  FsRigOptions rig;
  std::uint64_t seed = 1;
  std::uint64_t crashes = 100;
  std::uint32_t record_bytes = 64;
  std::uint32_t group = 4;    // records that one commit makes durable
  std::uint32_t groups = 12;  // of one sequence
  bool preallocated = false;  // written over zeroes; else appended
  bool commits = true;        // false: acknowledges without fsync, a fault that must be found
};

// A cut at a random event of each of `crashes` sequences. After the reboot the log is read as a
// database does, record by record up to the first invalid one: every acknowledged record must be
// among those read (else acknowledged_lost), in its place (else neighbours_damaged); of a log that
// grows, everything before its end must be records (else torn). Error: no file system can be made.
Result<CrashOutcome> try_log_crashes(const LogTrialOptions& options);

}  // namespace pmembench
