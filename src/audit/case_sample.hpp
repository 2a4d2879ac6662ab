// The cases of an audit: a fixed core that reaches each kernel, and a random sample around it.
#pragma once

#include <cstdint>
#include <vector>

#include "audit/audit_case.hpp"

namespace pmembench {

// What cases may ask of a backend.
struct CaseSpace {
  std::uint64_t granule_bytes = 1;  // of offsets and sizes
  bool needs_flush = true;          // after copies, before the drain
  bool addressed = true;            // stores through direct_access's address
  bool has_persist = true;
  bool has_recovery = true;
  bool two_threads = true;
};

// The part of the medium that cases use, from its first byte on.
inline constexpr std::uint64_t kAuditWindowBytes = 64 * 1024;

// One, or two that are interleaved on two threads.
using CaseGroup = std::vector<AuditCase>;

// `count` groups, the core first; the same seed gives the same groups. If `count` is smaller than
// the core, the core is what comes back.
[[nodiscard]] std::vector<CaseGroup> sample_cases(const CaseSpace& space, std::uint64_t count,
                                                  std::uint64_t seed);
// One group of each kind, for the untimed first calls of both threads.
[[nodiscard]] std::vector<CaseGroup> warm_up_cases(const CaseSpace& space);

}  // namespace pmembench
