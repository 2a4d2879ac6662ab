#include "dax/media_in_use.hpp"

#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>

#include <string_view>
#include <vector>

#include "base/unique_fd.hpp"
#include "platform/devices.hpp"

namespace pmembench {
namespace {

bool loop_is_backed_by(const std::string& loop, const struct stat& facts) {
  const UniqueFd fd(open(loop.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return false;  // No permission: then the user cannot have set it up either.
  loop_info64 info{};
  if (ioctl(fd.get(), LOOP_GET_STATUS64, &info) != 0) return false;
  return info.lo_device == facts.st_dev && info.lo_inode == facts.st_ino;
}

}  // namespace

Status require_not_in_use(const std::string& path, const struct stat& facts,
                          const std::string& sysfs_root) {
  if (S_ISBLK(facts.st_mode)) {
    const std::vector<std::string> mounts = mounts_of(sysfs_root, path);
    if (mounts.empty()) return {};
    return environment_error(
        "{} is mounted at {} and is never written to while it is; unmount it, or name another",
        path, mounts.front());
  }
  for (const BlockDeviceFacts& device : read_block_devices(sysfs_root)) {
    if (!std::string_view(device.name).starts_with("loop")) continue;
    const std::string loop = "/dev/" + device.name;
    if (!loop_is_backed_by(loop, facts)) continue;
    return environment_error(
        "{} is in use behind {} and is never written to while it is; detach it (losetup -d {}), or "
        "name another",
        path, loop, loop);
  }
  return {};
}

}  // namespace pmembench
