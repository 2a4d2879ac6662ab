// plugin_trial: runs foreign code in a child process first, and puts its end into words.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace pmembench {

// Called by a trial before each step; the text completes "while it ...".
using TrialStage = std::function<void(std::string_view)>;
using Trial = std::function<Result<std::string>(const TrialStage&)>;

struct TrialLimits {
  std::uint64_t whole_ms = 0;  // of the trial
  std::uint64_t stage_ms = 0;  // of each stage after the first; 0: as long as the whole
  const std::atomic<bool>* interrupted = nullptr;  // ends it at once
};

// Runs `trial` in a forked child and returns what it returned. A child that dies, exits or is not
// done in time is an environment error that says so and names the stage it was in; one that was
// interrupted is ErrorKind::interrupted. What the trial changes in memory is lost with the child.
Result<std::string> try_in_child(const Trial& trial, const TrialLimits& limits);
inline Result<std::string> try_in_child(const Trial& trial, std::uint64_t limit_ms) {
  return try_in_child(trial, TrialLimits{limit_ms, 0, nullptr});
}

}  // namespace pmembench
