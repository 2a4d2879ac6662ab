#include "dax/media_in_use.hpp"

#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/unique_fd.hpp"
#include "platform/devices.hpp"
#include "platform/file_holder.hpp"

namespace pmembench {
namespace {

// Of a loop device that has a file. Without permission for it the user cannot have set it up
// either.
std::optional<loop_info64> loop_info(int device) {
  loop_info64 info{};
  if (ioctl(device, LOOP_GET_STATUS64, &info) != 0) return std::nullopt;
  return info;
}

// The part of its file that a loop device shows, as a range.
std::uint64_t end_of(const loop_info64& info) {
  return info.lo_sizelimit == 0 ? UINT64_MAX : info.lo_offset + info.lo_sizelimit;
}

// The name of a loop device, not `except`, of which `shows` says so.
template <typename Shows>
std::optional<std::string> find_loop(dev_t except, const std::string& sysfs_root,
                                     const Shows& shows) {
  for (const BlockDeviceFacts& each : read_block_devices(sysfs_root)) {
    if (!std::string_view(each.name).starts_with("loop")) continue;
    const std::string path = "/dev/" + each.name;
    struct stat facts {};
    if (stat(path.c_str(), &facts) != 0 || facts.st_rdev == except) continue;
    const UniqueFd loop(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    const auto info = loop ? loop_info(loop.get()) : std::nullopt;
    if (info && shows(*info)) return path;
  }
  return std::nullopt;
}

// One that shows some of [begin, end) of the file.
std::optional<std::string> loop_over(dev_t device, ino_t inode, std::uint64_t begin,
                                     std::uint64_t end, dev_t except,
                                     const std::string& sysfs_root) {
  return find_loop(except, sysfs_root, [&](const loop_info64& info) {
    return info.lo_device == device && info.lo_inode == inode && info.lo_offset < end &&
           begin < end_of(info);
  });
}

// One that shows bytes of this block device, of a partition of it, or of the disk that it is a
// partition of. The kernel lets a loop device be made over one without claiming it.
std::optional<std::string> loop_over_device(dev_t device, const std::string& sysfs_root) {
  const std::string whole = folder_of_device(sysfs_root, device);
  return find_loop(device, sysfs_root, [&](const loop_info64& info) {
    if (info.lo_rdevice == 0) return false;
    if (info.lo_rdevice == device) return true;
    const std::string other = folder_of_device(sysfs_root, info.lo_rdevice);
    return !whole.empty() && !other.empty() &&
           (other.starts_with(whole + "/") || whole.starts_with(other + "/"));
  });
}

Status require_one_loop(const std::string& path, const struct stat& facts,
                        const std::string& sysfs_root) {
  constexpr unsigned kLoop = 7;  // Documentation/admin-guide/devices.txt
  if (major(facts.st_rdev) != kLoop) return {};
  const UniqueFd device(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const auto info = device ? loop_info(device.get()) : std::nullopt;
  if (!info) return {};
  const auto other = loop_over(info->lo_device, info->lo_inode, info->lo_offset, end_of(*info),
                               facts.st_rdev, sysfs_root);
  if (!other) return {};
  return environment_error(
      "{} and {} are loop devices over the same file, and what one writes changes the other; "
      "detach "
      "one (losetup -d {}), or name another",
      path, *other, *other);
}

}  // namespace

Status require_not_in_use(const std::string& path, const struct stat& facts,
                          const std::string& sysfs_root) {
  if (S_ISBLK(facts.st_mode)) {
    const std::vector<std::string> mounts = mounts_of(sysfs_root, path);
    if (!mounts.empty()) {
      return environment_error(
          "{} is mounted at {} and is never written to while it is; unmount it, or name another",
          path, mounts.front());
    }
    if (Status one = require_one_loop(path, facts, sysfs_root); !one) return one;
  }
  const auto loop = S_ISBLK(facts.st_mode)
                        ? loop_over_device(facts.st_rdev, sysfs_root)
                        : loop_over(facts.st_dev, facts.st_ino, 0, UINT64_MAX, 0, sysfs_root);
  if (!loop) return {};
  return environment_error(
      "{} is in use behind {} and is never written to while it is; detach it (losetup -d {}), or "
      "name another",
      path, *loop, *loop);
}

Result<UniqueFd> backing_file_of(int device, const std::string& sysfs_root) {
  const auto info = loop_info(device);
  if (!info) return UniqueFd();
  struct stat loop {};
  if (fstat(device, &loop) != 0) return UniqueFd();
  const std::string path = file_of_loop(sysfs_root, loop.st_rdev);
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0) return UniqueFd();
  if (S_ISBLK(facts.st_mode) && facts.st_rdev == info->lo_rdevice) {
    // It cannot be mounted or claimed as long as this is open.
    UniqueFd beneath(open(path.c_str(), O_RDONLY | O_EXCL | O_CLOEXEC | O_NONBLOCK));
    if (beneath || errno != EBUSY) return beneath;
    Error error = environment_error(
        "the loop device shows {}, which is mounted or in use by others; detach the loop device, "
        "or name another",
        path);
    error.code = EBUSY;
    return error;
  }
  if (!S_ISREG(facts.st_mode)) return UniqueFd();
  UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const bool same = file && fstat(file.get(), &facts) == 0 && facts.st_dev == info->lo_device &&
                    facts.st_ino == info->lo_inode;
  return same ? std::move(file) : UniqueFd();
}

}  // namespace pmembench
