// Where the kernel keeps the weights of weighted interleave: nodeN, and auto.
#pragma once

namespace pmembench {

inline constexpr const char* kInterleaveWeights = "sys/kernel/mm/mempolicy/weighted_interleave";

}  // namespace pmembench
