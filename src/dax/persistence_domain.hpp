// persistence_domain: the kernel's words in sysfs as the ABI's numbers.
#pragma once

#include <string_view>

#include "backends/dax_operations.h"

namespace pmembench {

[[nodiscard]] inline dax_persistence_domain persistence_domain_of(std::string_view sysfs_word) {
  if (sysfs_word == "memory_controller") return DAX_DOMAIN_MEMORY_CONTROLLER;
  if (sysfs_word == "cpu_cache") return DAX_DOMAIN_CPU_CACHE;
  return DAX_DOMAIN_UNKNOWN;
}

}  // namespace pmembench
