// The paths: one line each.
#include <algorithm>
#include <cerrno>

#include "workloads/path.hpp"
#include "workloads/path_block.hpp"
#include "workloads/path_char.hpp"
#include "workloads/path_direct.hpp"
#include "workloads/path_flags.hpp"
#include "workloads/path_fs.hpp"
#include "workloads/path_guarded.hpp"
#include "workloads/path_mapped.hpp"
#include "workloads/path_posix.hpp"

namespace pmembench {

std::int64_t Path::load(dax_iter& /*iter*/, std::uint64_t& /*sum*/) { return -EOPNOTSUPP; }

std::int64_t Path::zero(dax_iter& /*iter*/) { return -EOPNOTSUPP; }

std::int64_t Path::load_nontemporal(dax_iter& /*iter*/, std::uint64_t& /*sum*/) {
  return -EOPNOTSUPP;
}

const std::vector<PathType>& path_list() {
  static const std::vector<PathType> kPaths{
      direct_path(),    flags_path(),           mapped_path(),    char_path(),      guarded_path(),
      block_raw_path(), block_partition_path(), block_btt_path(), block_rmw_path(), kernel_path(),
      fs_dax_path(),    fs_block_path(),        fs_mixed_path(),  posix_path(),
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
