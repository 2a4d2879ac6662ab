#include "crash/crash_targets.hpp"

#include <algorithm>

#include "crash/block_trial.hpp"

namespace pmembench {
namespace {

template <BlockTarget (*make)()>
CrashOutcome block_crashes(const CrashTrialOptions& options) {
  return sample_block_crashes(make(), options);
}

BlockTarget correct_btt_target() { return btt_target(); }

}  // namespace

const std::vector<CrashTarget>& crash_target_list() {
  static const std::vector<CrashTarget> kTargets{
      {"raw", "sectors without a translation", block_crashes<raw_target>},
      {"btt", "sectors kept whole by a block translation table", block_crashes<correct_btt_target>},
      {"rmw", "erase blocks, erased and rewritten", block_crashes<rmw_target>},
      {"rmw-no-erase", "erase blocks, rewritten in place", block_crashes<rmw_overwriting_target>},
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
