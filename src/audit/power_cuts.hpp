// power_cuts: a power cut at any instruction of a backend. Traces work on it, puts the events into
// the model of memory, and looks at what memory may hold after each of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "audit/audit.hpp"
#include "crash/cut_subject.hpp"

namespace pmembench {

struct PowerCutOptions {
  std::optional<AuditDomain> domain;
  std::uint64_t cuts = 200;  // instructions at which the power goes; all of them if there are fewer
  std::uint64_t images =
      16;  // of one cut: all of them if there are fewer, otherwise this number of random ones
  std::uint64_t seed = 1;
};

struct PowerCutResult {
  std::string reason;  // why there is no outcome; empty: there is
  AuditDomain domain = AuditDomain::none;
  std::uint64_t steps = 0;
  std::uint64_t events = 0;  // stores, flushes and fences that concern the medium
  std::uint64_t cuts = 0;
  CrashOutcome outcome;  // CrashOutcome::crashes: images looked at
};

// `body` opens the medium and calls serve_subject with a subject of the same kind and seed.
[[nodiscard]] PowerCutResult run_power_cuts(const ChildBody& body, CutSubject& subject,
                                            const PowerCutOptions& options);

}  // namespace pmembench
