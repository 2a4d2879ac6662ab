#include "workloads/file_workload.hpp"

#include <cerrno>
#include <cstring>

#include "base/check.hpp"
#include "base/units.hpp"
#include "workloads/parameters.hpp"

namespace pmembench {
namespace {

FileInterface& files_of(Path& path) {
  PMB_CHECK(path.files() != nullptr, "a workload on files is made on a path that gives files");
  return *path.files();
}

}  // namespace

FileWorkload::FileWorkload(Path& path, const ThreadPosition& position)
    : files_(files_of(path)), position_(position) {}

Work FileWorkload::run(std::uint64_t operations) {
  Work work;
  while (work.operations < operations && step(work)) ++work.operations;
  return work;
}

bool FileWorkload::fail(std::int64_t code, std::uint64_t asked, const char* action) {
  if (action_ != nullptr) return false;
  failed_ = code;
  asked_ = asked;
  action_ = action;
  return false;
}

std::string FileWorkload::failure() const {
  if (action_ == nullptr) return {};
  if (failed_ < 0) {
    return fmt::format("{} failed: {}", action_, std::strerror(static_cast<int>(-failed_)));
  }
  return fmt::format("{} gave {}, not {}", action_, failed_, asked_);
}

Status FileWorkload::broken() const { return runtime_error("{}", failure()); }

Status FileWorkload::make_directory(std::string_view path) {
  const int made = files_.make_directory(path);
  if (made == -EEXIST || good(made, "making a directory")) return {};
  return broken();
}

Status check_footprint(std::uint64_t needed_bytes, std::uint64_t mount_bytes) {
  if (mount_bytes == 0 || needed_bytes <= mount_bytes - mount_bytes / 5) return {};
  return usage_error(
      "its files need {}, more than four fifths of the mount ({}): lower their number or size, or "
      "take a larger medium",
      format_size(needed_bytes), format_size(mount_bytes));
}

Status check_size(const Parameters& parameters, std::string_view name, std::uint64_t least,
                  std::uint64_t most) {
  const std::uint64_t value = number_of(parameters, name);
  if (value >= least && value <= most) return {};
  return usage_error("{} {} is outside {} to {}", name, value, least, most);
}

}  // namespace pmembench
