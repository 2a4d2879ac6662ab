// memory_limit: what a control group (container, service) leaves of its limit on memory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace pmembench {

struct MemoryLimit {
  std::uint64_t limit_bytes = 0;
  std::uint64_t available_bytes =
      0;             // of it, with the pages of files that the kernel can give back
  std::string file;  // that sets it, as "/sys/fs/cgroup/a/memory.max"
};

// The limit that leaves least, of the group of this process and of all groups above it: memory.max
// and memory.high of version 2, memory.limit_in_bytes of version 1. Nothing: there is none.
std::optional<MemoryLimit> memory_limit(const std::string& root);

// " (the limit of 256 MiB in /sys/fs/cgroup/a/memory.max)" if it leaves less than the host has;
// else empty. For the sentence that names available_memory_bytes().
std::string memory_limit_words(const std::string& root);

// How many processes the kernel has killed so far because the groups of memory_limit() had no more
// (oom_kill of memory.events, or of memory.oom_control). A count that grows says who killed a
// worker.
std::uint64_t oom_kills(const std::string& root);

}  // namespace pmembench
