#include "dax/created_directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "dax/system_error.hpp"

namespace pmembench {
namespace {

// Deeper than anything that is made here: whatever lies below is somebody else's.
constexpr unsigned kDeepest = 16;
constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

std::vector<std::string> names_in(int directory) {
  std::vector<std::string> names;
  const int own = openat(directory, ".", kOpenDirectory);
  const std::unique_ptr<DIR, CloseDirectory> open(own < 0 ? nullptr : fdopendir(own));
  if (open == nullptr) return names;
  while (const dirent* entry = readdir(open.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  return names;
}

void empty(int directory, dev_t device, unsigned depth) {
  if (depth == kDeepest) return;
  for (const std::string& name : names_in(directory)) {
    struct stat facts {};
    if (fstatat(directory, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (facts.st_dev != device) continue;
    if (S_ISREG(facts.st_mode)) {
      unlinkat(directory, name.c_str(), 0);
      continue;
    }
    if (!S_ISDIR(facts.st_mode)) continue;
    const UniqueFd inner(openat(directory, name.c_str(), kOpenDirectory));
    if (inner) empty(inner.get(), device, depth + 1);
    unlinkat(directory, name.c_str(), AT_REMOVEDIR);
  }
}

}  // namespace

CreatedDirectory& CreatedDirectory::operator=(CreatedDirectory&& other) noexcept {
  if (this == &other) return *this;
  remove();
  path_ = std::move(other.path_);
  name_ = std::move(other.name_);
  folder_ = std::move(other.folder_);
  held_ = std::move(other.held_);
  device_ = other.device_;
  inode_ = other.inode_;
  owner_ = other.owner_;
  return *this;
}

CreatedDirectory::~CreatedDirectory() { remove(); }

void CreatedDirectory::remove() {
  if (!held_ || owner_ != getpid()) return;
  struct stat now {};
  const bool same = fstatat(folder_.get(), name_.c_str(), &now, AT_SYMLINK_NOFOLLOW) == 0 &&
                    now.st_dev == device_ && now.st_ino == inode_;
  if (same) {
    empty(held_.get(), device_, 0);
    unlinkat(folder_.get(), name_.c_str(), AT_REMOVEDIR);
  }
  folder_.reset();
  held_.reset();
}

Result<CreatedDirectory> CreatedDirectory::hold(const std::string& path) {
  const std::filesystem::path full(path);
  CreatedDirectory directory;
  directory.path_ = path;
  directory.name_ = full.filename().string();
  UniqueFd folder(open(full.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return system_error(errno, "{} cannot be opened", full.parent_path().string());
  UniqueFd held(openat(folder.get(), directory.name_.c_str(), kOpenDirectory));
  struct stat facts {};
  if (!held || fstat(held.get(), &facts) != 0) {
    return system_error(errno, "{} cannot be opened", path);
  }
  directory.device_ = facts.st_dev;
  directory.inode_ = facts.st_ino;
  directory.owner_ = getpid();
  directory.folder_ = std::move(folder);
  directory.held_ = std::move(held);
  return directory;
}

Result<CreatedDirectory> CreatedDirectory::create(const std::string& parent) {
  std::error_code ignored;
  const auto whole = std::filesystem::absolute(parent, ignored);
  std::string path = (whole / "pmembench-XXXXXX").string();
  if (mkdtemp(path.data()) == nullptr) {
    return system_error(errno, "no directory can be made in {}; name one that you may write to",
                        parent);
  }
  return hold(path);
}

Result<CreatedDirectory> CreatedDirectory::create(const std::string& parent,
                                                  const std::string& name) {
  const std::string path = parent + "/" + name;
  if (mkdir(path.c_str(), 0700) != 0) return system_error(errno, "{} cannot be made", path);
  return hold(path);
}

CreatedDirectory CreatedDirectory::adopt(const std::string& path) {
  Result<CreatedDirectory> directory = hold(path);
  return directory ? std::move(*directory) : CreatedDirectory();
}

}  // namespace pmembench
