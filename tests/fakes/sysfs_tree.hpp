// SysfsTree: a root directory with files, folders and links like those of /proc and /sys, in a
// temporary folder that goes with the object.
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace pmembench::fakes {

class SysfsTree {
 public:
  SysfsTree() {
    // In memory where there is such a place: a tree is a hundred small files, and a disk with a
    // journal takes milliseconds for each.
    const std::filesystem::path memory = "/dev/shm";
    const bool in_memory = ::access(memory.c_str(), W_OK | X_OK) == 0;
    const auto folder = in_memory ? memory : std::filesystem::temp_directory_path();
    std::string path = (folder / "pmembench-tree-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) throw std::runtime_error("no temporary folder");
    root_ = path;
  }
  SysfsTree(const SysfsTree&) = delete;
  SysfsTree& operator=(const SysfsTree&) = delete;
  ~SysfsTree() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }

  // What the readers take as ROOT.
  [[nodiscard]] std::string root() const { return root_.string(); }
  [[nodiscard]] std::string path(std::string_view relative) const {
    return (root_ / relative).string();
  }

  // Writes `content` and, as sysfs does, a newline.
  SysfsTree& file(std::string_view relative, std::string_view content) {
    return raw(relative, std::string(content) + "\n");
  }
  // Writes exactly these bytes.
  SysfsTree& raw(std::string_view relative, std::string_view content) {
    const std::filesystem::path at = root_ / relative;
    std::filesystem::create_directories(at.parent_path());
    std::ofstream(at, std::ios::binary | std::ios::trunc) << content;
    return *this;
  }
  SysfsTree& folder(std::string_view relative) {
    std::filesystem::create_directories(root_ / relative);
    return *this;
  }
  // A symbolic link at `relative` to `target`, both from the root; stored as a relative link, so
  // that the tree works wherever it lies.
  SysfsTree& link(std::string_view relative, std::string_view target) {
    const std::filesystem::path at = root_ / relative;
    std::filesystem::create_directories(at.parent_path());
    std::filesystem::create_symlink((root_ / target).lexically_relative(at.parent_path()), at);
    return *this;
  }
  SysfsTree& remove(std::string_view relative) {
    std::filesystem::remove_all(root_ / relative);
    return *this;
  }

 private:
  std::filesystem::path root_;
};

}  // namespace pmembench::fakes
