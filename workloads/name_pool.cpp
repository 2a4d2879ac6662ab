#include "workloads/name_pool.hpp"

#include <cerrno>
#include <cstring>
#include <set>
#include <string>

namespace pmembench {

std::vector<FileName> make_names(std::string_view directory, std::string_view prefix,
                                 unsigned position, std::uint64_t count) {
  std::vector<FileName> names;
  names.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    names.emplace_back(fmt::format("{}/{}-{}-{:05}", directory, prefix, position, i));
  }
  return names;
}

Status check_names(FileInterface& files, std::string_view directory,
                   const std::vector<FileName>& names,
                   const std::function<bool(std::size_t)>& expected) {
  std::set<std::string, std::less<>> listed;
  const int status = files.read_directory(directory, [&](std::string_view name) {
    listed.emplace(name);
    return true;
  });
  if (status < 0) {
    return runtime_error("listing {} failed: {}", directory, std::strerror(-status));
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    FileStat found;
    const int known = files.stat(names[i].view(), found);
    if (known < 0 && known != -ENOENT) {
      return runtime_error("looking at {} failed: {}", names[i].view(), std::strerror(-known));
    }
    const bool is_listed = listed.count(names[i].leaf()) != 0;
    if (is_listed == expected(i) && (known == 0) == expected(i)) continue;
    return runtime_error("{} should {}be there: it is {}listed, and {}found by its name",
                         names[i].view(), expected(i) ? "" : "not ", is_listed ? "" : "not ",
                         known == 0 ? "" : "not ");
  }
  return {};
}

}  // namespace pmembench
