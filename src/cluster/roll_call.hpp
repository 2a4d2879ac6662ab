// Roll call: may these hosts measure together, and what must be said of their differences?
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cluster/conductor.hpp"
#include "cluster/ranges.hpp"

namespace pmembench {

struct RollCall {
  std::vector<std::string> differences;  // one sentence each: kernels, CPUs
  std::string fingerprint;               // of all hosts together, in the order of their ranks
};

// From the ranks' answers to "hello". Error (environment): other software on a host, or another
// size of pages; names both hosts.
Result<RollCall> call_roll(const std::vector<nlohmann::json>& hellos,
                           const std::vector<std::string>& hosts);

// From the ranks' answers to "open": the same size, page size and persistence domain on all hosts;
// else an environment error that names both hosts.
Status require_same_media(const std::vector<nlohmann::json>& opened,
                          const std::vector<std::string>& hosts);

// For each medium with a path: all ranks map the same bytes, or (Ranges::own) each its own. Returns
// {"media":..., "uuid":..., "hosts":[...]} a medium. Errors: a host that maps other bytes under the
// name, or that shares them although each should have its own (environment).
Result<nlohmann::json> prove_identity(Conductor& conductor, const std::vector<std::string>& media,
                                      Ranges ranges, bool destroy, std::uint64_t seed);

// The places of the cell's CPUs among the root's usable ones, for each rank: ranks of one kernel
// and the same CPUs are given different ones as long as there are. They take turns, so that a CPU
// that other work uses slows none of them in every replicate.
[[nodiscard]] std::vector<std::vector<std::size_t>> cpu_ordinals(
    const Cell& cell, const std::vector<nlohmann::json>& hellos, unsigned replicate);

}  // namespace pmembench
