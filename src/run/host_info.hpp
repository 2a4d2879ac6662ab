// What backends are told about the host.
#pragma once

#include <string_view>

#include "backends/dax_operations.h"
#include "base/result.hpp"

namespace pmembench {

// From CPUID, less the features named ("clwb,avx512f"). Refuses (usage) unknown names.
Result<dax_host_info> host_info(std::string_view without_cpu);

}  // namespace pmembench
