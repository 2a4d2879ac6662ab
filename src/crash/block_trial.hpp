// Crash trials of the block translations: write sectors, cut the power, look at what is left, and
// go on writing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "block/btt.hpp"
#include "crash/crash_outcome.hpp"
#include "dax/dax_device.hpp"

namespace pmembench {

// A translation under trial. Devices are tiny, so that a crash often hits what matters.
struct BlockTarget {
  std::string name;
  std::string expected;
  std::uint64_t device_bytes = 0;
  bool durable_on_return = false;  // a write is acknowledged without a flush
  std::function<Status(DaxDevice&)> format;
  std::function<Result<std::unique_ptr<BlockDevice>>(DaxDevice&)> open;
  std::function<Status(const BlockDevice&)> check;  // of its structure; may be null
  std::function<bool(const CrashOutcome&)> holds;
};

// raw tears the sectors in flight and nothing else.
BlockTarget raw_target();
// btt tears nothing, loses nothing, and its structure stays whole.
BlockTarget btt_target(std::vector<BttStep> write_steps = btt_write_steps());
// rmw with its erase pass does damage acknowledged neighbours: that it shows is what must hold.
BlockTarget rmw_target();
// Without the erase pass a block is overwritten with what it held, so only what is in flight tears.
BlockTarget rmw_overwriting_target();

// `crashes` random histories of writes, each cut at a random event; the machine then boots with a
// random image of what memory may hold. Lines that bypass the cache, and lines that need a flush,
// take turns. Everything follows from the seed.
CrashOutcome sample_block_crashes(const BlockTarget& target, const CrashTrialOptions& options);

// One short history, cut at each of its events, with every image of each cut where there are at
// most 2,000, else with 100 random ones. CrashOutcome::crashes says how many that made.
CrashOutcome enumerate_block_crashes(const BlockTarget& target, std::uint64_t seed);

}  // namespace pmembench
