// A loop device over a file of a test's own, detached at the end; and a mount that is undone.
#pragma once

#include <fcntl.h>
#include <linux/loop.h>
#include <sys/ioctl.h>
#include <sys/mount.h>

#include <string>

#include "base/unique_fd.hpp"

namespace pmembench {

class LoopDevice {
 public:
  explicit LoopDevice(const std::string& file, bool read_only = false) {
    // Another test may take the number that is free now before this one does.
    for (int attempt = 0; attempt < 16 && path_.empty(); ++attempt) attach(file, read_only);
  }
  LoopDevice(const LoopDevice&) = delete;
  LoopDevice& operator=(const LoopDevice&) = delete;
  ~LoopDevice() {
    if (path_.empty()) return;
    const UniqueFd loop(open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    ioctl(loop.get(), LOOP_CLR_FD, 0);
  }
  [[nodiscard]] const std::string& path() const { return path_; }  // empty: there is none

 private:
  void attach(const std::string& file, bool read_only) {
    const UniqueFd control(open("/dev/loop-control", O_RDWR | O_CLOEXEC));
    if (!control) return;
    const int number = ioctl(control.get(), LOOP_CTL_GET_FREE);
    if (number < 0) return;
    const std::string path = "/dev/loop" + std::to_string(number);
    const int mode = read_only ? O_RDONLY : O_RDWR;
    const UniqueFd backing(open(file.c_str(), mode | O_CLOEXEC));
    const UniqueFd loop(open(path.c_str(), mode | O_CLOEXEC));
    if (!backing || !loop || ioctl(loop.get(), LOOP_SET_FD, backing.get()) != 0) return;
    path_ = path;
  }
  std::string path_;
};

class Mounted {
 public:
  Mounted(const std::string& device, std::string folder, const char* file_system)
      : folder_(std::move(folder)),
        done_(mount(device.c_str(), folder_.c_str(), file_system, 0, nullptr) == 0) {}
  Mounted(const Mounted&) = delete;
  Mounted& operator=(const Mounted&) = delete;
  ~Mounted() {
    if (done_) umount(folder_.c_str());
  }
  [[nodiscard]] bool done() const { return done_; }

 private:
  std::string folder_;
  bool done_;
};

}  // namespace pmembench
