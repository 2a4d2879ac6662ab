// persistence_domain: the kernel's words in sysfs as the ABI's numbers.
#pragma once

#include <string_view>

#include "backends/dax_operations.h"
#include "platform/device_stack.hpp"

namespace pmembench {

[[nodiscard]] inline dax_persistence_domain persistence_domain_of(std::string_view sysfs_word) {
  if (sysfs_word == "memory_controller") return DAX_DOMAIN_MEMORY_CONTROLLER;
  if (sysfs_word == "cpu_cache") return DAX_DOMAIN_CPU_CACHE;
  return DAX_DOMAIN_UNKNOWN;
}

// Of writes that are written back to the last device of a stack: by fsync, by fdatasync.
[[nodiscard]] inline dax_persistence_domain written_back_domain(const DeviceStack& stack) {
  if (stack.keeps == KeepsBytes::no) return DAX_DOMAIN_NONE;
  return stack.keeps == KeepsBytes::yes ? DAX_DOMAIN_PAGE_CACHE : DAX_DOMAIN_UNKNOWN;
}

// Of stores to a mapping with MAP_SYNC: that of the regions beneath, where they agree.
[[nodiscard]] inline dax_persistence_domain mapped_domain(const DeviceStack& stack) {
  if (stack.domains.size() != 1) return DAX_DOMAIN_UNKNOWN;
  return persistence_domain_of(*stack.domains.begin());
}

}  // namespace pmembench
