#include "dax/loop_device.hpp"

#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>

#include <cerrno>

#include "dax/system_error.hpp"

namespace pmembench {
namespace {

constexpr int kAttempts = 16;

}  // namespace

Result<AttachedLoop> attach_loop_device(int file) {
  const UniqueFd control(open("/dev/loop-control", O_RDWR | O_CLOEXEC));
  if (!control) {
    return system_error(errno,
                        "no loop device is available from /dev/loop-control; be root, or load "
                        "the module loop");
  }
  loop_config config{};
  config.fd = static_cast<__u32>(file);
  config.info.lo_flags = LO_FLAGS_DIRECT_IO | LO_FLAGS_AUTOCLEAR;
  int code = EBUSY;
  // Somebody else may take the number that is free now before we do.
  for (int attempt = 0; attempt < kAttempts && code == EBUSY; ++attempt) {
    const int number = ioctl(control.get(), LOOP_CTL_GET_FREE);
    if (number < 0) return system_error(errno, "no loop device is free; detach one (losetup -d)");
    AttachedLoop loop;
    loop.path = "/dev/loop" + std::to_string(number);
    loop.fd = UniqueFd(open(loop.path.c_str(), O_RDWR | O_CLOEXEC));
    if (!loop.fd) return system_error(errno, "{} cannot be opened; be root", loop.path);
    if (ioctl(loop.fd.get(), LOOP_CONFIGURE, &config) != 0) {
      code = errno;
      continue;
    }
    loop_info64 info{};
    const bool told = ioctl(loop.fd.get(), LOOP_GET_STATUS64, &info) == 0;
    if (told && (info.lo_flags & LO_FLAGS_DIRECT_IO) != 0) return loop;
    return environment_error(
        "a loop device over that file does no direct I/O; choose a file on another file system");
  }
  return system_error(code, "a loop device cannot be attached");
}

}  // namespace pmembench
