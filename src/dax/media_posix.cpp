// posix: a directory on a mounted file system. Everything is in a subdirectory that is made here
// and removed with the device. Workloads on ranges use one preallocated file there, which the block
// backend opens too; path posix makes its own directories next to it.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "base/units.hpp"
#include "dax/media.hpp"
#include "dax/media_path.hpp"
#include "dax/media_space.hpp"
#include "dax/persistence_domain.hpp"
#include "dax/system_error.hpp"
#include "platform/memory_limit.hpp"
#include "platform/topology.hpp"

#ifndef STATX_ATTR_DAX  // Linux 5.8
#define STATX_ATTR_DAX 0x00200000
#endif

namespace pmembench {
namespace {

struct Sight {
  FileSystemFacts file_system;
  dev_t device = 0;
};

// The file of the ranges and the files of the workloads, each as large as the medium at most.
constexpr std::uint64_t kCopies = 2;

Result<Sight> look(const MediaSpec& spec, const std::string& root) {
  const UniqueFd directory(open(spec.path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory && errno == ENOTDIR) {
    return usage_error("{} is not a directory; name one on the file system that is meant",
                       spec.path);
  }
  if (!directory) {
    return system_error(errno, "directory {} cannot be opened; make it first", spec.path);
  }
  if (faccessat(AT_FDCWD, spec.path.c_str(), W_OK | X_OK, AT_EACCESS) != 0) {
    return system_error(errno, "no directory can be made in {}; name one that you may write to",
                        spec.path);
  }
  struct stat facts {};
  struct statvfs space {};
  if (fstat(directory.get(), &facts) != 0 || fstatvfs(directory.get(), &space) != 0) {
    return system_error(errno, "{} cannot be looked at", spec.path);
  }
  const std::uint64_t free_bytes = std::uint64_t{space.f_bavail} * space.f_frsize;
  if (kCopies * spec.size_bytes > free_bytes) {
    return environment_error(
        "{} asked for, twice that is needed, and the file system of {} has "
        "only {} free",
        format_size(spec.size_bytes), spec.path, format_size(free_bytes));
  }
  Result<FileSystemFacts> file_system = file_system_of(directory.get());
  if (!file_system) return file_system.error();
  const auto available = available_memory_bytes(root);
  if (file_system->is_volatile && available && kCopies * spec.size_bytes > *available) {
    return environment_error(
        "{} asked for on {}, which is in memory, twice that is needed, and {} are available{}; "
        "ask "
        "for less",
        format_size(spec.size_bytes), file_system->name, format_size(*available),
        memory_limit_words(root));
  }
  return Sight{std::move(*file_system), facts.st_dev};
}

// S_DAX of the open file; the mask says whether the file system answers at all.
std::string dax_attribute(int fd) {
  struct statx facts = {};
  if (statx(fd, "", AT_EMPTY_PATH, 0, &facts) != 0) return "unknown";
  if ((facts.stx_attributes_mask & STATX_ATTR_DAX) == 0) return "unknown";
  return (facts.stx_attributes & STATX_ATTR_DAX) != 0 ? "on" : "off";
}

}  // namespace

Status look_at_posix(const MediaSpec& spec, const OpenOptions& options) {
  const Result<Sight> sight = look(spec, options.sysfs_root);
  return sight ? Status{} : Status{sight.error()};
}

Result<Medium> open_posix(const MediaSpec& spec, const OpenOptions& options) {
  const Result<Sight> sight = look(spec, options.sysfs_root);
  if (!sight) return sight.error();
  Result<CreatedDirectory> directory = CreatedDirectory::create(spec.path);
  if (!directory) return directory.error();
  Medium medium;
  medium.directory = std::move(*directory);
  medium.path = medium.directory.path() + "/range";
  Result<CreatedFile> file = CreatedFile::create(medium.path, medium.fd, true);
  if (!file) return file.error();
  medium.created = std::move(*file);
  if (Status filled = write_whole_file(medium.fd.get(), spec.size_bytes); !filled) {
    return filled.error();
  }
  // Mapped only to hear whether MAP_SYNC is granted.
  const Result<SharedMapping> shared = map_shared(medium.fd.get(), spec.size_bytes, 0);
  if (!shared) return shared.error().with_context(medium.path);
  MediaFacts& facts = medium.facts;
  facts.size_bytes = spec.size_bytes;
  facts.file_system = sight->file_system.name;
  facts.map_sync = shared->map_sync;
  // The device beneath the file system decides what fsync is worth.
  const DeviceStack stack =
      stack_of_file(options.sysfs_root, sight->device, sight->file_system.name);
  facts.stack = stack.text;
  facts.persistence_domain = shared->map_sync ? mapped_domain(stack) : written_back_domain(stack);
  facts.created = true;
  facts.directory = medium.directory.path();
  facts.dax_attribute = dax_attribute(medium.fd.get());
  return medium;
}

}  // namespace pmembench
