#include "cli/output_file.hpp"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>
#include <utility>

#include "platform/fd_path.hpp"

namespace pmembench {
namespace {

namespace files = std::filesystem;

constexpr mode_t kNewFile = 0666;

Error cannot_be_made(const std::string& path, int code, const std::string& option) {
  if (code == ENOENT) {
    return usage_error("{} cannot be made: its folder does not exist; make the folder first", path);
  }
  return usage_error("{} cannot be made: {}; name another with {}", path, std::strerror(code),
                     option);
}

Error is_kept(const std::string& path, const std::string& option) {
  return usage_error("{} exists and is not overwritten; remove it, or name another with {}", path,
                     option);
}

// Nothing can be destroyed there: the null and the full device, and terminals.
bool is_harmless_device(const std::string& path, const struct stat& facts) {
  constexpr unsigned kMemoryDevices = 1;  // Documentation/admin-guide/devices.txt
  constexpr unsigned kNull = 3, kFull = 7;
  if (!S_ISCHR(facts.st_mode)) return false;
  if (major(facts.st_rdev) == kMemoryDevices) {
    return minor(facts.st_rdev) == kNull || minor(facts.st_rdev) == kFull;
  }
  constexpr unsigned kTerminals[] = {4, 5, 136};
  for (const unsigned each : kTerminals) {
    if (major(facts.st_rdev) != each) continue;
    const UniqueFd terminal(::open(path.c_str(), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    return terminal && ::isatty(terminal.get()) != 0;
  }
  return false;
}

Status write_all(int file, const std::string& path, const std::string& text) {
  for (std::size_t written = 0; written < text.size();) {
    const ssize_t more = ::write(file, text.data() + written, text.size() - written);
    if (more < 0 && errno == EINTR) continue;
    if (more < 0) return runtime_error("{} cannot be written: {}", path, std::strerror(errno));
    written += static_cast<std::size_t>(more);
  }
  return {};
}

std::string temporary_name(const std::string& name) {
  return fmt::format(".{}.{:08x}", name.substr(0, 200), std::random_device{}());
}

// Also for names that do not exist yet.
bool same_place(const std::string& one, const std::string& other) {
  std::error_code error;
  if (files::equivalent(one, other, error) && !error) return true;
  struct stat a {
  }, b{};
  if (::stat(one.c_str(), &a) == 0 && ::stat(other.c_str(), &b) == 0) {
    const bool devices =
        (S_ISBLK(a.st_mode) && S_ISBLK(b.st_mode)) || (S_ISCHR(a.st_mode) && S_ISCHR(b.st_mode));
    return devices && a.st_rdev == b.st_rdev;
  }
  const files::path first = files::weakly_canonical(files::absolute(one, error), error);
  if (error) return one == other;
  const files::path second = files::weakly_canonical(files::absolute(other, error), error);
  return error ? one == other : first == second;
}

}  // namespace

OutputFile& OutputFile::operator=(OutputFile&& other) noexcept {
  if (this == &other) return *this;
  forget_temporary();
  path_ = std::exchange(other.path_, {});
  name_ = std::exchange(other.name_, {});
  temporary_ = std::exchange(other.temporary_, {});
  folder_ = std::move(other.folder_);
  file_ = std::move(other.file_);
  renames_ = other.renames_;
  replaces_ = other.replaces_;
  replaced_ = other.replaced_;
  return *this;
}

OutputFile::~OutputFile() { forget_temporary(); }

void OutputFile::forget_temporary() {
  if (!temporary_.empty() && folder_) ::unlinkat(folder_.get(), temporary_.c_str(), 0);
  temporary_.clear();
}

Result<OutputFile> OutputFile::open(const std::string& path, const std::string& option,
                                    bool force) {
  OutputFile output;
  if (path.empty()) return output;
  output.path_ = path;
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) {
    if (errno != ENOENT) return cannot_be_made(path, errno, option);
    if (::lstat(path.c_str(), &facts) == 0) {
      return usage_error("{} is a symbolic link to nothing; name the file itself with {}", path,
                         option);
    }
    const Status made = output.open_regular(nullptr, option);
    if (!made) return made.error();
    return output;
  }
  if (S_ISDIR(facts.st_mode)) {
    return usage_error("{} is a folder; name a file in it with {}", path, option);
  }
  if (S_ISREG(facts.st_mode)) {
    if (facts.st_size > 0 && !force) return is_kept(path, option);
    const Status made = output.open_regular(&facts, option);
    if (!made) return made.error();
    return output;
  }
  if (!S_ISFIFO(facts.st_mode) && !is_harmless_device(path, facts)) {
    return usage_error(
        "{} is a device or a socket, and what is behind it is never overwritten; name a file with "
        "{}",
        path, option);
  }
  output.file_ = UniqueFd(::open(path.c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC));
  if (!output.file_) return cannot_be_made(path, errno, option);
  return output;
}

Status OutputFile::open_regular(const struct stat* existing, const std::string& option) {
  std::error_code error;
  const files::path target =
      existing != nullptr ? files::canonical(path_, error) : files::path(path_);
  if (error) return cannot_be_made(path_, error.value(), option);
  if (!target.has_filename()) {
    return usage_error("{} is a folder; name a file in it with {}", path_, option);
  }
  name_ = target.filename().string();
  const std::string parent = target.has_parent_path() ? target.parent_path().string() : ".";
  folder_ = UniqueFd(::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!folder_) return cannot_be_made(path_, errno, option);
  if (existing != nullptr) {
    if (::access(path_.c_str(), W_OK) != 0) return cannot_be_made(path_, errno, option);
    replaces_ = true;
    replaced_ = *existing;
  }
  renames_ = true;
  // Without a name until it is whole: nothing is left of a command that was killed.
  file_ = UniqueFd(::openat(folder_.get(), ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, kNewFile));
  if (!file_) {
    temporary_ = temporary_name(name_);
    file_ = UniqueFd(::openat(folder_.get(), temporary_.c_str(),
                              O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, kNewFile));
  }
  if (!file_) {
    const int code = errno;
    temporary_.clear();
    // An empty file in a folder that cannot be written has nothing to lose.
    if (existing == nullptr || existing->st_size > 0) return cannot_be_made(path_, code, option);
    renames_ = false;
    file_ = UniqueFd(::open(path_.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file_) return cannot_be_made(path_, errno, option);
  }
  if (existing != nullptr && renames_) {
    ::fchmod(file_.get(), existing->st_mode & 0777);
    if (::fchown(file_.get(), existing->st_uid, existing->st_gid) != 0) return {};
  }
  return {};
}

Status OutputFile::write(const std::string& text) {
  Status written = add(text);
  const Status finished = written ? finish() : Status{};
  return written ? finished : written;
}

Status OutputFile::add(const std::string& text) {
  return file_ ? write_all(file_.get(), path_, text) : Status{};
}

Status OutputFile::finish() {
  if (!file_) return {};
  Status written = renames_ ? give_name() : Status{};
  if (::close(file_.release()) != 0 && written) {
    written = runtime_error("{} cannot be written: {}", path_, std::strerror(errno));
  }
  return written;
}

Status OutputFile::give_name() {
  if (temporary_.empty()) {
    const std::string open_file = fd_path(file_.get());
    const std::string name = replaces_ ? temporary_name(name_) : name_;
    if (::linkat(AT_FDCWD, open_file.c_str(), folder_.get(), name.c_str(), AT_SYMLINK_FOLLOW) ==
        0) {
      if (!replaces_) return {};
      temporary_ = name;
    } else if (errno == EEXIST) {
      return runtime_error("{} came into being in the meantime and is not overwritten", path_);
    } else {
      return runtime_error("{} cannot be made: {}", path_, std::strerror(errno));
    }
  }
  struct stat now {};
  const bool there = ::fstatat(folder_.get(), name_.c_str(), &now, AT_SYMLINK_NOFOLLOW) == 0;
  // An inode that was removed may be the next file's.
  const bool same = there && now.st_dev == replaced_.st_dev && now.st_ino == replaced_.st_ino &&
                    now.st_size == replaced_.st_size &&
                    now.st_mtim.tv_sec == replaced_.st_mtim.tv_sec &&
                    now.st_mtim.tv_nsec == replaced_.st_mtim.tv_nsec;
  if (replaces_ ? there && !same : there) {
    return runtime_error("{} was replaced in the meantime and is not overwritten", path_);
  }
  if (::renameat(folder_.get(), temporary_.c_str(), folder_.get(), name_.c_str()) != 0) {
    return runtime_error("{} cannot be made: {}", path_, std::strerror(errno));
  }
  temporary_.clear();
  return {};
}

Status keep_apart(std::span<const NamedPath> outputs, std::span<const NamedPath> others) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const NamedPath& output = outputs[i];
    if (output.path.empty()) continue;
    const auto clash = [&](const NamedPath& other) -> Status {
      if (other.path.empty() || !same_place(output.path, other.path)) return {};
      return usage_error(
          "{} and {} are the same ({}): each output has its own file; name "
          "another with {}",
          output.what, other.what, output.path, output.what);
    };
    for (std::size_t j = 0; j < i; ++j) {
      if (Status apart = clash(outputs[j]); !apart) return apart;
    }
    for (const NamedPath& other : others) {
      if (Status apart = clash(other); !apart) return apart;
    }
  }
  return {};
}

std::vector<NamedPath> results_file(const std::string& database) {
  std::vector<NamedPath> paths;
  if (database.empty()) return paths;
  for (const char* suffix : {"", "-wal", "-journal", "-shm"}) {
    paths.push_back({"the results file", database + suffix});
  }
  return paths;
}

Status keep_results_apart(const std::string& database, std::span<const NamedPath> inputs) {
  for (const NamedPath& file : results_file(database)) {
    const NamedPath output{"--db", file.path};
    if (Status apart = keep_apart({&output, 1}, inputs); !apart) return apart;
  }
  return {};
}

}  // namespace pmembench
