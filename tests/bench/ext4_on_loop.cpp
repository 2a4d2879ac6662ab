#include "tests/bench/ext4_on_loop.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/unique_fd.hpp"
#include "dax/loop_device.hpp"

namespace pmembench::bench {
namespace {

Error because(const char* what) {
  return environment_error("{}: {}; be root, with loop devices and mkfs.ext4", what,
                           std::strerror(errno));
}

bool make_ext4(const std::string& device) {
  const pid_t child = fork();
  if (child == 0) {
    execlp("mkfs.ext4", "mkfs.ext4", "-q", "-F", device.c_str(), nullptr);
    _exit(127);
  }
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

// From here on what this process mounts is seen by nobody else, and goes with it.
bool enter_own_namespace() {
  return unshare(CLONE_NEWNS) == 0 &&
         mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

}  // namespace

Result<Ext4OnLoop> Ext4OnLoop::make(std::uint64_t size_bytes) {
  const UniqueFd file(open("/dev/shm", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (!file || posix_fallocate(file.get(), 0, static_cast<off_t>(size_bytes)) != 0) {
    return because("no file can be made in /dev/shm");
  }
  const auto loop = attach_loop_device(file.get());
  if (!loop) return loop.error();
  if (!make_ext4(loop->path)) {
    return environment_error("mkfs.ext4 fails on {}; install e2fsprogs", loop->path);
  }
  if (!enter_own_namespace()) return because("no mount namespace of our own can be had");
  Ext4OnLoop made;
  made.directory_ = "/tmp/pmembench-ext4-XXXXXX";
  if (mkdtemp(made.directory_.data()) == nullptr)
    return because("no directory can be made in /tmp");
  if (mount(loop->path.c_str(), made.directory_.c_str(), "ext4", MS_NOATIME, nullptr) != 0) {
    return because("ext4 cannot be mounted");
  }
  made.mounted_ = true;
  return made;
}

Ext4OnLoop::Ext4OnLoop(Ext4OnLoop&& other) noexcept
    : directory_(std::exchange(other.directory_, {})),
      mounted_(std::exchange(other.mounted_, false)) {}

Ext4OnLoop::~Ext4OnLoop() {
  if (mounted_) umount2(directory_.c_str(), MNT_DETACH);
  if (!directory_.empty()) rmdir(directory_.c_str());
}

}  // namespace pmembench::bench
