// The proof of the auditor: wrong versions of a backend, made by changing one instruction at a
// time, and how many of them the audit finds.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "audit/audit.hpp"

namespace pmembench {

// A mutant is one flush, fence or store of the backend that is skipped, works on the next line, or
// changes places with the flush, fence or store after it. Whether that matters is decided by the
// crash model alone: a mutant is harmful if some case allows, at a point of claim, memory images
// that the backend itself does not allow there.
struct SelfTestResult {
  std::string reason;  // why there is none; empty: it ran
  std::uint64_t mutants = 0;
  std::uint64_t harmful = 0;
  std::uint64_t found = 0;             // harmful, and reported in each case whose images differ
  std::uint64_t harmless = 0;          // no case's images differ
  std::uint64_t wrongly_reported = 0;  // called not durable in a case whose images do not differ
  std::vector<std::string> misjudged;
  std::uint64_t steps = 0;
};

[[nodiscard]] SelfTestResult run_self_test(const ChildBody& body, const AuditOptions& options);
[[nodiscard]] nlohmann::json self_test_to_json(const SelfTestResult& result);

}  // namespace pmembench
