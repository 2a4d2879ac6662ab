// groups: different workloads side by side on one medium: each group of threads has a workload with
// its keys, a part of the medium, and a rate if one is asked for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/workload.hpp"

namespace pmembench {

struct ThreadGroup {
  unsigned threads = 1;
  std::string workload;
  Parameters parameters;   // all of the workload's, in its part of the medium
  double bytes_per_s = 0;  // of its threads together; 0: as fast as it can
};

// "2*sequential:access=load+1*random:access=write,operation_size=64@1G". Errors (usage): a part
// that is none, a workload that cannot be one of several (those with range_offset can), an unknown
// key. `device_bytes` is shared out in equal parts; 0: unknown, and no part has a place.
Result<std::vector<ThreadGroup>> read_groups(const std::string& text, std::uint64_t device_bytes);

// The group of a thread; groups follow each other.
[[nodiscard]] std::size_t group_of(const std::vector<ThreadGroup>& groups, unsigned thread);

}  // namespace pmembench
