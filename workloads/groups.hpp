// groups: different workloads side by side: each group of threads has a workload with its keys, a
// part of a medium, and a path, the cell's other medium or a rate if one is asked for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "workloads/path.hpp"
#include "workloads/workload.hpp"

namespace pmembench {

struct ThreadGroup {
  unsigned threads = 1;
  std::string workload;
  Parameters parameters;   // all of the workload's, in its part of the medium
  double bytes_per_s = 0;  // of its threads together; 0: as fast as it can
  std::string path;        // empty: the cell's
  bool on_other = false;   // on the cell's other medium
};

// "2*sequential:access=load+1*random:access=write,operation_size=64@1G"; keys are the workload's,
// and path=NAME and medium=other. Errors (usage): a part that is none, a workload that cannot be
// one of several (those with range_offset can), an unknown key. The groups on a medium share its
// bytes in equal parts; 0: unknown, and no part has a place.
Result<std::vector<ThreadGroup>> read_groups(const std::string& text, std::uint64_t device_bytes,
                                             std::uint64_t other_bytes = 0);

// Why the groups cannot run in a cell of this path; empty: they can. A path that keeps structures
// on a medium has it alone.
[[nodiscard]] std::string groups_misfit(const Parameters& parameters, const PathType& path);

// The group of a thread; groups follow each other.
[[nodiscard]] std::size_t group_of(const std::vector<ThreadGroup>& groups, unsigned thread);

}  // namespace pmembench
