// CrashOutcome: what the crash trials of one target came to.
#pragma once

#include <cstdint>
#include <string>

namespace pmembench {

struct CrashTrialOptions {
  std::uint64_t crashes = 4000;
  std::uint64_t seed = 1;  // everything random in the trials follows from it
};

struct CrashOutcome {
  std::string target;
  std::uint64_t crashes = 0;  // power cuts examined, each with a separate image
  // How many of the crashes showed it:
  std::uint64_t torn = 0;                // the write in flight was neither whole nor undone
  std::uint64_t acknowledged_lost = 0;   // what was durable is there in an older version
  std::uint64_t neighbours_damaged = 0;  // what was durable is there in no version ever written
  std::uint64_t broken_invariants = 0;   // the structure is damaged, or cannot be opened
  std::string expected;                  // in words: what the target promises
  bool holds = false;                    // it came as expected
  std::string example;                   // of what should not have come; empty where it holds
};

}  // namespace pmembench
