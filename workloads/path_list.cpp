// The paths: one line each.
#include <algorithm>

#include "workloads/path.hpp"
#include "workloads/path_block.hpp"
#include "workloads/path_direct.hpp"
#include "workloads/path_guarded.hpp"
#include "workloads/path_mapped.hpp"

namespace pmembench {

const std::vector<PathType>& path_list() {
  static const std::vector<PathType> kPaths{
      {"direct", "the device's own operations", false, make_direct_path},
      {"guarded", "the device's own operations, over bad blocks", false, make_guarded_path,
       prepare_guarded_path, guarded_path_parameters(), guarded_path_granule},
      {"mapped", "loads and stores at the mapped address, then flush", true, make_mapped_path},
      block_raw_path(),
      block_btt_path(),
      block_rmw_path(),
      kernel_path(),
  };
  return kPaths;
}

const PathType* find_path(std::string_view name) {
  const auto& paths = path_list();
  const auto found = std::find_if(paths.begin(), paths.end(),
                                  [&](const PathType& path) { return path.name == name; });
  return found == paths.end() ? nullptr : &*found;
}

}  // namespace pmembench
