// NamePool: N names of one thread in a directory, and which of them should be there.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "workloads/file_interface.hpp"
#include "workloads/file_name.hpp"

namespace pmembench {

// DIRECTORY/PREFIX-SEAT-00000, ...: threads that share a directory have different names.
[[nodiscard]] std::vector<FileName> make_names(std::string_view directory, std::string_view prefix,
                                               unsigned position, std::uint64_t count);

// Lists `directory` and looks at each of `names`: is it there exactly where `expected(index)` says
// so, in the list and by stat? Cold.
Status check_names(FileInterface& files, std::string_view directory,
                   const std::vector<FileName>& names,
                   const std::function<bool(std::size_t)>& expected);

}  // namespace pmembench
