// plugin_trial: runs foreign code in a child process first, and puts its end into words.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace pmembench {

// Called by a trial before each step; the text completes "while it ...".
using TrialStage = std::function<void(std::string_view)>;
using Trial = std::function<Result<std::string>(const TrialStage&)>;

// Runs `trial` in a forked child and returns what it returned. A child that dies, exits or is not
// done within `limit_ms` is an environment error that says so and names the stage it was in.
// What the trial changes in memory is lost with the child.
Result<std::string> try_in_child(const Trial& trial, std::uint64_t limit_ms);

}  // namespace pmembench
