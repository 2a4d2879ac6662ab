// Do all ranks map the same bytes? A nonce that one writes and the others find, or do not.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "base/result.hpp"
#include "visibility/host_memory.hpp"

namespace pmembench {

inline constexpr std::uint64_t kNonceBytes = 4096;

// One rank's step: {"do":"identity","step":"write"|"read"|"restore","media":...,"destroy":...,
// "seed":"..."}. write: keeps what was there and stores the nonce of the seed, line by line with a
// write-back and a fence. read: drops its copies of the lines and loads them; {"same":true} if all
// of it is the nonce. restore: puts back what was there. write and read also answer the medium's
// "uuid", of its dax device or file system, "" where there is none, and "identity" (device and
// inode). Only rank 0 writes and restores; `kept` is what it keeps meanwhile.
Result<nlohmann::json> identity_step(const nlohmann::json& command, std::vector<MemoryLine>& kept);

}  // namespace pmembench
