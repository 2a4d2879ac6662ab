// The facts about the host that backends get.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "dax/registry.hpp"

namespace pmembench {

// From CPUID, less the features named ("clwb,avx512f"). Refuses (usage) unknown names.
Result<dax_host_info> host_info(std::string_view without_cpu);

}  // namespace pmembench
