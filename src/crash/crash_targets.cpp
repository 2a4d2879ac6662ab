#include "crash/crash_targets.hpp"

#include <algorithm>

#include "crash/block_trial.hpp"
#include "crash/fs_trial.hpp"
#include "crash/log_trial.hpp"
#include "crash/replay_trial.hpp"

namespace pmembench {
namespace {

template <BlockTarget (*make)()>
CrashOutcome block_crashes(const CrashTrialOptions& options) {
  return sample_block_crashes(make(), options);
}

// A file system that cannot even be made is broken too.
template <FsMount mount, FsStack stack = FsStack::none>
CrashOutcome fs_crashes(const CrashTrialOptions& options) {
  FsTrialOptions trial;
  trial.mount = mount;
  trial.stack = stack;
  trial.crashes = options.crashes;
  trial.seed = options.seed;
  const auto outcome = try_fs_crashes(trial);
  if (outcome) return *outcome;
  CrashOutcome failed;
  failed.expected = "a file system that can be made and mounted";
  failed.example = outcome.error().message;
  return failed;
}

CrashOutcome log_crashes(const CrashTrialOptions& options) {
  LogTrialOptions trial;
  trial.crashes = options.crashes;
  trial.seed = options.seed;
  const auto outcome = try_log_crashes(trial);
  if (outcome) return *outcome;
  CrashOutcome failed;
  failed.target = "log";
  failed.expected = "a log that can be made";
  failed.example = outcome.error().message;
  return failed;
}

CrashOutcome replays(const CrashTrialOptions& options) {
  const auto outcome = try_replays({options.crashes, options.seed});
  if (outcome) return *outcome;
  CrashOutcome failed;
  failed.expected = "a file system that can be made on a log of writes";
  failed.example = outcome.error().message;
  return failed;
}

BlockTarget correct_btt_target() { return btt_target(); }

}  // namespace

const std::vector<CrashTarget>& crash_target_list() {
  static const std::vector<CrashTarget> kTargets{
      {"raw", "sectors without a translation", block_crashes<raw_target>},
      {"btt", "sectors kept whole by a block translation table", block_crashes<correct_btt_target>},
      {"rmw", "erase blocks, erased and rewritten", block_crashes<rmw_target>},
      {"rmw-no-erase", "erase blocks, rewritten in place", block_crashes<rmw_overwriting_target>},
      {"fs-dax", "the small file system on a dax device", fs_crashes<FsMount::dax>},
      {"fs-block", "the small file system on sectors", fs_crashes<FsMount::block>},
      {"fs-mixed", "its metadata by sectors, its data by dax", fs_crashes<FsMount::mixed>},
      {"fs-linear", "the small file system on two devices, one behind the other",
       fs_crashes<FsMount::dax, FsStack::linear>},
      {"fs-stripe", "the small file system on two devices in turn",
       fs_crashes<FsMount::dax, FsStack::stripe>},
      {"fs-logwrites", "the small file system, replayed from its log of writes to each mark",
       replays},
      {"log", "a log with group commit in a file of fs-dax", log_crashes},
  };
  return kTargets;
}

const CrashTarget* find_crash_target(std::string_view name) {
  const auto& targets = crash_target_list();
  const auto found = std::find_if(targets.begin(), targets.end(),
                                  [&](const CrashTarget& target) { return target.name == name; });
  return found == targets.end() ? nullptr : &*found;
}

}  // namespace pmembench
