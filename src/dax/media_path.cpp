#include "dax/media_path.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/units.hpp"
#include "dax/media_claim.hpp"
#include "dax/media_content.hpp"
#include "dax/media_in_use.hpp"
#include "dax/system_error.hpp"
#include "platform/file_holder.hpp"
#include "platform/memory_limit.hpp"
#include "platform/topology.hpp"

namespace pmembench {
namespace {

Error stat_error(const std::string& path, int code) {
  switch (code) {
    case ELOOP:
      return system_error(
          code, "{} leads through symbolic links that go in a circle; name the file", path);
    case EACCES:
      return system_error(code, "{} cannot be reached: no permission for a folder on the way",
                          path);
    case ENOTDIR:
      return system_error(code, "{} leads through something that is not a folder", path);
    default:
      return system_error(code, "{} cannot be looked at", path);
  }
}

Error open_error(const std::string& path, int code) {
  switch (code) {
    case EACCES:
    case EPERM:
      return system_error(code, "no permission to read and write {}; name a path that you own",
                          path);
    case EROFS:
      return system_error(code, "{} is read-only; name one that can be written", path);
    case ETXTBSY:
      return system_error(code, "{} is in use as a program or as swap; name another", path);
    case EBUSY:
      return system_error(
          code, "{} is in use: mounted, swapped to, or claimed by another driver; free it first",
          path);
    default:
      return system_error(code, "{} cannot be opened", path);
  }
}

// Only regular files and, where they are meant, block devices; the rest by its proper name.
Status check_type(const std::string& path, const struct stat& facts, bool block_device_allowed) {
  if (S_ISREG(facts.st_mode)) return {};
  if (S_ISBLK(facts.st_mode)) {
    if (block_device_allowed) return {};
    return usage_error("{0} is a block device, which cannot be mapped as a file; write block:{0}",
                       path);
  }
  if (S_ISDIR(facts.st_mode)) {
    return usage_error("{} is a directory; name a file in it, which is made if size= is given",
                       path);
  }
  if (S_ISCHR(facts.st_mode)) {
    return usage_error(
        "{0} is a character device; a dax device is written devdax:{0}, others cannot be used",
        path);
  }
  return usage_error("{} is a {}; name a regular file", path,
                     S_ISSOCK(facts.st_mode) ? "socket" : "FIFO");
}

Status check_space(const MediaSpec& spec, const OpenOptions& options, const std::string& folder,
                   const FileSystemFacts& file_system) {
  struct statvfs space {};
  if (statvfs(folder.c_str(), &space) != 0) return stat_error(folder, errno);
  const std::uint64_t free_bytes = std::uint64_t{space.f_bavail} * space.f_frsize;
  if (spec.size_bytes > free_bytes) {
    return environment_error("{} asked for, but the file system of {} has only {} free",
                             format_size(spec.size_bytes), folder, format_size(free_bytes));
  }
  const auto available = available_memory_bytes(options.sysfs_root);
  if (file_system.is_volatile && available && spec.size_bytes > *available) {
    return environment_error(
        "{} asked for on {}, which is in memory, but only {} are available{}; ask for less",
        format_size(spec.size_bytes), file_system.name, format_size(*available),
        memory_limit_words(options.sysfs_root));
  }
  return {};
}

// Nothing at the path: could it be made?
Result<PathSight> look_at_absent(const MediaSpec& spec, const OpenOptions& options) {
  const Status same = require_same_medium(spec.path, options.identity, "nothing");
  if (!same) return same.error();
  const std::filesystem::path full(spec.path);
  struct stat link {};
  if (lstat(spec.path.c_str(), &link) == 0) {
    return usage_error("{} is a symbolic link to nothing; name the file itself", spec.path);
  }
  if (spec.size_bytes == 0) {
    return usage_error("{} does not exist; add size=SIZE to have it made, and removed at the end",
                       spec.path);
  }
  if (spec.offset_bytes != 0) {
    return usage_error(
        "{} does not exist, and what is made for a medium is all of it; leave offset= out",
        spec.path);
  }
  if (!full.has_filename()) return usage_error("{} names a folder, not a file", spec.path);
  const std::string folder = full.has_parent_path() ? full.parent_path().string() : ".";
  const UniqueFd opened(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened) {
    return system_error(errno, "{} cannot be made, as its folder cannot be opened; make it first",
                        spec.path);
  }
  if (faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    return system_error(errno, "{} cannot be made, as its folder cannot be written", spec.path);
  }
  Result<FileSystemFacts> file_system = file_system_of(opened.get());
  if (!file_system) return file_system.error();
  if (Status space = check_space(spec, options, folder, *file_system); !space) return space.error();
  PathSight sight;
  sight.size_bytes = spec.size_bytes;
  sight.file_system = file_system->name;
  struct stat folder_facts {};
  if (fstat(opened.get(), &folder_facts) != 0) return stat_error(folder, errno);
  sight.stack = stack_of_file(options.sysfs_root, folder_facts.st_dev, file_system->name);
  return sight;
}

Result<std::uint64_t> whole_size(const std::string& path, int fd, const struct stat& facts) {
  if (S_ISREG(facts.st_mode)) return static_cast<std::uint64_t>(facts.st_size);
  std::uint64_t size_bytes = 0;
  if (ioctl(fd, BLKGETSIZE64, &size_bytes) != 0) {
    return system_error(errno, "the size of {} cannot be asked for", path);
  }
  int read_only = 0;
  if (ioctl(fd, BLKROGET, &read_only) == 0 && read_only != 0) return open_error(path, EROFS);
  return size_bytes;
}

Result<std::uint64_t> usable_size(const MediaSpec& spec, std::uint64_t whole_bytes,
                                  std::uint64_t used_bytes) {
  if (whole_bytes < DAX_PAGE_BYTES) {
    return usage_error(
        "{} has {} bytes, less than one page of 4096; name a larger one, or a path that does not "
        "exist "
        "yet, with size=SIZE",
        spec.path, whole_bytes);
  }
  const std::uint64_t whole_pages_bytes = whole_bytes / DAX_PAGE_BYTES * DAX_PAGE_BYTES;
  if (spec.offset_bytes >= whole_pages_bytes) {
    return usage_error("{} has {} bytes, none of them behind offset {}; ask for a smaller offset",
                       spec.path, whole_bytes, spec.offset_bytes);
  }
  if (spec.size_bytes > whole_bytes - spec.offset_bytes) {
    return usage_error(
        "{} has {} bytes, fewer than the {} asked for, and what is there is never grown; ask for "
        "less "
        "or name a path that does not exist yet",
        spec.path, whole_bytes, spec.offset_bytes + spec.size_bytes);
  }
  if (spec.size_bytes != 0) return spec.size_bytes;
  const std::uint64_t rest_bytes = whole_pages_bytes - spec.offset_bytes;
  // Of a block device nothing is touched beforehand, so that all of it can be used.
  const bool part = used_bytes != 0 && spec.kind == DAX_MEDIA_FILE;
  return part ? std::min(rest_bytes, used_bytes) : rest_bytes;
}

// A FIFO would block and a character device act on being opened, so the type is known before. What
// is opened must then be what was looked at.
Result<UniqueFd> open_existing(const std::string& path, const struct stat& facts, Access access,
                               const std::string& root) {
  // On a block device O_EXCL without O_CREAT is a claim: refused while it is mounted or claimed,
  // and no process can mount it while we hold it.
  const int claim = S_ISBLK(facts.st_mode) ? O_EXCL : 0;
  const int mode = access == Access::use ? O_RDWR : O_RDONLY;
  UniqueFd fd(open(path.c_str(), mode | claim | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd && errno == EBUSY && holder_of(root, facts)) return medium_in_use(path, facts, root);
  if (!fd) return open_error(path, errno);
  const int wanted = access == Access::read ? R_OK : R_OK | W_OK;
  if (faccessat(AT_FDCWD, path.c_str(), wanted, AT_EACCESS) != 0) {
    return open_error(path, errno);
  }
  struct stat now {};
  const bool same = fstat(fd.get(), &now) == 0 && now.st_dev == facts.st_dev &&
                    now.st_ino == facts.st_ino && now.st_rdev == facts.st_rdev;
  if (!same) return environment_error("{} was replaced while it was looked at; try again", path);
  return fd;
}

// No other process of pmembench has it. A loop device and its file are one medium.
Status claim(const MediaSpec& spec, const OpenOptions& options, Access access,
             std::uint64_t whole_bytes, PathSight& sight) {
  const Claim kind = access == Access::use && !options.joint ? Claim::write
                     : access != Access::look                ? Claim::read
                                                             : Claim::test;
  const bool part = spec.offset_bytes != 0 || spec.size_bytes != 0;
  Status claimed = claim_medium(spec.path, sight.fd.get(), part ? spec.offset_bytes : 0,
                                part ? sight.size_bytes : whole_bytes, kind, options.held,
                                options.claim_patience_ms, options.sysfs_root);
  if (!claimed || !sight.block_device) return claimed;
  Result<UniqueFd> backing = backing_file_of(sight.fd.get(), options.sysfs_root);
  if (!backing) return backing.error();
  sight.backing = std::move(*backing);
  if (!sight.backing) return {};
  return claim_medium(spec.path, sight.backing.get(), 0, 0,
                      kind == Claim::test ? Claim::test : Claim::read, options.held,
                      options.claim_patience_ms, options.sysfs_root);
}

// All of it counts, including the bytes beyond those that would be used: a table at the end
// describes what the beginning is part of.
Status check_content(const MediaSpec& spec, const OpenOptions& options, std::uint64_t whole_bytes,
                     int fd) {
  if (options.destroy) return {};
  // Left by this run's own workers, unless somebody made something there meanwhile.
  if (options.found_empty && recognised_content(fd).empty()) return {};
  return require_no_content(spec.path, fd, whole_bytes);
}

Status describe(PathSight& sight, const std::string& root, const struct stat& facts) {
  if (sight.block_device) {
    sight.stack = stack_of_device(root, facts.st_rdev);
    return {};
  }
  Result<FileSystemFacts> file_system = file_system_of(sight.fd.get());
  if (!file_system) return file_system.error();
  sight.file_system = file_system->name;
  sight.stack = stack_of_file(root, facts.st_dev, file_system->name);
  return {};
}

}  // namespace

Result<PathSight> look_at_path(const MediaSpec& spec, const OpenOptions& options, Access access,
                               bool block_device_allowed) {
  struct stat facts {};
  if (stat(spec.path.c_str(), &facts) != 0) {
    if (errno == ENOENT) return look_at_absent(spec, options);
    return stat_error(spec.path, errno);
  }
  if (Status same = require_same_medium(spec.path, options.identity, medium_identity(facts));
      !same) {
    return same.error();
  }
  if (Status type = check_type(spec.path, facts, block_device_allowed); !type) return type.error();
  PathSight sight;
  sight.exists = true;
  sight.block_device = S_ISBLK(facts.st_mode);
  const bool may_change = access == Access::read && options.shared && S_ISREG(facts.st_mode);
  if (Status idle = require_not_in_use(spec.path, facts, options.sysfs_root);
      !idle && !may_change) {
    return idle.error();
  }
  Result<UniqueFd> fd = open_existing(spec.path, facts, access, options.sysfs_root);
  if (!fd) return fd.error();
  sight.fd = std::move(*fd);
  const Result<std::uint64_t> whole = whole_size(spec.path, sight.fd.get(), facts);
  if (!whole) return whole.error();
  const Result<std::uint64_t> usable = usable_size(spec, *whole, options.used_bytes);
  if (!usable) return usable.error();
  sight.size_bytes = *usable;
  sight.whole_bytes = *whole - spec.offset_bytes;
  if (Status described = describe(sight, options.sysfs_root, facts); !described) {
    return described.error();
  }
  if (Status claimed = claim(spec, options, access, *whole, sight); !claimed) {
    return claimed.error();
  }
  if (access == Access::read) return sight;
  if (Status empty = check_content(spec, options, *whole, sight.fd.get()); !empty) {
    return empty.error();
  }
  return sight;
}

}  // namespace pmembench
