// kernel_stores: the memory of a process that one of its system calls wrote to.
#pragma once

#include <sys/user.h>

#include <cstdint>
#include <vector>

#include "audit/registers.hpp"
#include "audit/tracee.hpp"

namespace pmembench {

// `before`: the registers with which it was called; `result`: what it returned. Calls that read
// data from somewhere into the caller's memory; no other is known to concern a medium.
[[nodiscard]] std::vector<MemoryAccess> kernel_stores(const Tracee& tracee,
                                                      const user_regs_struct& before,
                                                      std::uint64_t number, std::int64_t result);

}  // namespace pmembench
