#include "dax/created_directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "dax/system_error.hpp"

namespace pmembench {
namespace {

// Deeper than anything that is made here: entries below this depth are somebody else's.
constexpr unsigned kDeepest = 16;
constexpr int kOpenDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr std::string_view kPrefix = "pmembench-";
constexpr std::size_t kRandomLetters = 6;  // of mkdtemp(3)
constexpr const char* kMark = ".pmembench";
constexpr std::string_view kMarkText =
    "pmembench made this directory for one run. If no run holds it, the next one removes it.\n";
constexpr unsigned kStatxMountId = 0x1000;  // STATX_MNT_ID, Linux 5.8

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

// An inner directory that is not a mount point: a bind mount of the same file system has the same
// device number, and its content is somebody else's.
UniqueFd open_inner(int directory, const std::string& name) {
  open_how how{};
  how.flags = kOpenDirectory;
  how.resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS;
  const long opened = syscall(SYS_openat2, directory, name.c_str(), &how, sizeof(how));
  if (opened >= 0 || (errno != ENOSYS && errno != EPERM)) return UniqueFd(static_cast<int>(opened));
  // Before Linux 5.6, or forbidden by a container.
  struct statx outside {
  }, inside{};
  UniqueFd inner(openat(directory, name.c_str(), kOpenDirectory));
  const bool known = inner && statx(directory, "", AT_EMPTY_PATH, kStatxMountId, &outside) == 0 &&
                     statx(inner.get(), "", AT_EMPTY_PATH, kStatxMountId, &inside) == 0 &&
                     (outside.stx_mask & kStatxMountId) != 0 &&
                     (inside.stx_mask & kStatxMountId) != 0;
  return known && outside.stx_mnt_id == inside.stx_mnt_id ? std::move(inner) : UniqueFd();
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
    const UniqueFd inner = open_inner(directory, name);
    if (inner) empty(inner.get(), device, depth + 1);
    unlinkat(directory, name.c_str(), AT_REMOVEDIR);
  }
}

// Says that a directory is ours to remove, once the lock on it is gone with its process.
bool mark(int directory) {
  const UniqueFd file(
      openat(directory, kMark, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600));
  return file && write(file.get(), kMarkText.data(), kMarkText.size()) ==
                     static_cast<ssize_t>(kMarkText.size());
}

bool is_marked(int directory) {
  const UniqueFd file(openat(directory, kMark, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  std::array<char, kMarkText.size() + 1> text{};
  struct stat facts {};
  return file && fstat(file.get(), &facts) == 0 && S_ISREG(facts.st_mode) &&
         facts.st_uid == geteuid() &&
         read(file.get(), text.data(), text.size()) == static_cast<ssize_t>(kMarkText.size()) &&
         std::string_view(text.data(), kMarkText.size()) == kMarkText;
}

// Removes what processes that were killed have left in `parent`: directories with our name, owner
// and kMark file that no process holds.
void sweep(const std::string& parent) {
  const UniqueFd folder(open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat outside {};
  if (!folder || fstat(folder.get(), &outside) != 0) return;
  for (const std::string& name : names_in(folder.get())) {
    if (!std::string_view(name).starts_with(kPrefix) ||
        name.size() != kPrefix.size() + kRandomLetters) {
      continue;
    }
    const UniqueFd left = open_inner(folder.get(), name);
    struct stat facts {};
    if (!left || fstat(left.get(), &facts) != 0 || facts.st_uid != geteuid()) continue;
    if (facts.st_dev != outside.st_dev || flock(left.get(), LOCK_EX | LOCK_NB) != 0) continue;
    if (!is_marked(left.get())) continue;
    empty(left.get(), facts.st_dev, 0);
    unlinkat(folder.get(), name.c_str(), AT_REMOVEDIR);
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
  sweep(parent);
  std::error_code ignored;
  const auto whole = std::filesystem::absolute(parent, ignored);
  std::string path = (whole / (std::string(kPrefix) + "XXXXXX")).string();
  if (mkdtemp(path.data()) == nullptr) {
    return system_error(errno, "no directory can be made in {}; name one that you may write to",
                        parent);
  }
  Result<CreatedDirectory> made = hold(path);
  // The lock comes before mark(): a directory with the kMark file but no lock counts as left
  // behind, and is removed.
  if (made && flock(made->fd(), LOCK_EX | LOCK_NB) == 0) (void)mark(made->fd());
  return made;
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
