// mask_environment: has libraries that read the CPU themselves follow a mask.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "audit/model.hpp"
#include "dax/cpu_mask.hpp"

namespace pmembench {

// libpmem2 reads the CPU itself, and takes features away by environment variables; so these make it
// follow the mask. On a stand-in medium the granularity is that of the domain.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> mask_environment(const CpuMask& mask,
                                                                                AuditDomain domain,
                                                                                bool stand_in);

}  // namespace pmembench
