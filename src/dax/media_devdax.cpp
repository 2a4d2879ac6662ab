// devdax: /dev/daxX.Y. Size, alignment and domain are read from sysfs, never asked of ndctl, which
// does not know the dax devices of CXL and hmem.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "base/units.hpp"
#include "dax/media.hpp"
#include "dax/media_claim.hpp"
#include "dax/media_content.hpp"
#include "dax/media_memory.hpp"
#include "dax/media_path.hpp"
#include "dax/persistence_domain.hpp"
#include "dax/system_error.hpp"
#include "platform/devices.hpp"

namespace pmembench {
namespace {

struct DaxSight {
  DaxDeviceFacts facts;
  std::uint64_t alignment_bytes = 0;
  std::uint64_t size_bytes = 0;  // to be used
  UniqueFd fd;
  UniqueFd node;  // the kernel's for this device, if the path is another
};

Status check_driver(const DaxDeviceFacts& facts) {
  if (facts.driver == "device_dax") return {};
  if (facts.driver == "kmem") {
    return environment_error(
        "{0} is system RAM now (driver kmem); use dram:SIZE,node={1}, or give it back: daxctl "
        "reconfigure-device --mode=devdax {0}",
        facts.name, facts.target_node ? std::to_string(*facts.target_node) : "N");
  }
  return environment_error(
      "{0} has {1} instead of the driver device_dax; bind that: daxctl reconfigure-device "
      "--mode=devdax {0}",
      facts.name, facts.driver.empty() ? "no driver" : "the driver " + facts.driver);
}

// Where sysfs does not say: the kernel refuses mappings that are not multiples of it.
Result<std::uint64_t> alignment_of(int fd, const std::string& name) {
  for (const unsigned shift : {12U, 21U, 30U}) {
    const std::uint64_t bytes = std::uint64_t{1} << shift;
    void* address = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, fd, 0);
    if (address == MAP_FAILED) continue;
    munmap(address, bytes);
    return bytes;
  }
  return environment_error(
      "{} does not say its alignment, and maps no page of 4 KiB, 2 MiB or 1 GiB; recreate it with "
      "ndctl or daxctl",
      name);
}

Result<std::uint64_t> usable_size(const MediaSpec& spec, const DaxDeviceFacts& facts,
                                  std::uint64_t alignment_bytes, std::uint64_t used_bytes) {
  const std::uint64_t whole = facts.size_bytes.value_or(0) / alignment_bytes * alignment_bytes;
  if (whole == 0) {
    return environment_error("{} has a size of 0 or an unknown one; create it with daxctl first",
                             facts.name);
  }
  if (spec.offset_bytes % alignment_bytes != 0) {
    return usage_error("offset {} is not a multiple of {}'s alignment, {}",
                       format_size(spec.offset_bytes), facts.name, format_size(alignment_bytes));
  }
  if (spec.offset_bytes >= whole || spec.size_bytes > whole - spec.offset_bytes) {
    return usage_error("{} has {}, fewer than the {} asked for; ask for less", facts.name,
                       format_size(whole), format_size(spec.offset_bytes + spec.size_bytes));
  }
  if (spec.size_bytes == 0) {
    const std::uint64_t rest = whole - spec.offset_bytes;
    if (used_bytes == 0) return rest;
    return std::min(rest, (used_bytes + alignment_bytes - 1) / alignment_bytes * alignment_bytes);
  }
  if (spec.size_bytes % alignment_bytes != 0) {
    return usage_error("size {} is not a multiple of {}'s alignment, {}",
                       format_size(spec.size_bytes), facts.name, format_size(alignment_bytes));
  }
  return spec.size_bytes;
}

// There is no read(2) on a dax device: its bytes are looked at through a mapping.
Status check_content(const MediaSpec& spec, const DaxSight& sight, const OpenOptions& options) {
  const std::uint64_t whole =
      *sight.facts.size_bytes / sight.alignment_bytes * sight.alignment_bytes;
  void* address = mmap(nullptr, whole, PROT_READ, MAP_SHARED, sight.fd.get(), 0);
  if (address == MAP_FAILED) {
    return system_error(errno, "{} cannot be mapped for reading", spec.path);
  }
  const Mapping mapping(address, whole);
  const MemoryRange range{mapping.address(), whole};
  if (Status there = require_memory({&range, 1}, false); !there) {
    return there.error().with_context(spec.path);
  }
  ContentLook look;
  look.in_parallel = options.in_parallel;
  return require_no_content(spec.path, mapping.address(), whole, look);
}

// A claim is of a node, and a device can have several (mknod, a container's own /dev): all claim by
// the kernel's, if it can be opened. Nothing: the path is that node.
UniqueFd node_for_claims(int fd, const std::string& name, int mode, const std::string& root) {
  const std::string path = root + "/dev/" + name;
  struct stat named {
  }, node{};
  const bool other = fstat(fd, &named) == 0 && ::stat(path.c_str(), &node) == 0 &&
                     S_ISCHR(node.st_mode) && node.st_rdev == named.st_rdev &&
                     (node.st_dev != named.st_dev || node.st_ino != named.st_ino);
  return UniqueFd(other ? open(path.c_str(), mode | O_CLOEXEC) : -1);
}

Result<DaxSight> look(const MediaSpec& spec, const OpenOptions& options, Access access) {
  Result<DaxDeviceFacts> facts = dax_device_by_path(options.sysfs_root, spec.path);
  if (!facts) return facts.error();
  if (Status driver = check_driver(*facts); !driver) return driver.error();
  const Status same = require_same_medium(spec.path, options.identity, medium_identity(spec.path));
  if (!same) return same.error();
  DaxSight sight;
  const int mode = access == Access::use ? O_RDWR : O_RDONLY;
  sight.fd = UniqueFd(open(spec.path.c_str(), mode | O_CLOEXEC));
  if (!sight.fd || faccessat(AT_FDCWD, spec.path.c_str(), R_OK | W_OK, AT_EACCESS) != 0) {
    return system_error(errno, "{} cannot be opened; its owner is root unless udev says otherwise",
                        spec.path);
  }
  sight.alignment_bytes = facts->alignment_bytes.value_or(0);
  if (sight.alignment_bytes == 0) {
    const Result<std::uint64_t> found = alignment_of(sight.fd.get(), facts->name);
    if (!found) return found.error();
    sight.alignment_bytes = *found;
  }
  const Result<std::uint64_t> size =
      usable_size(spec, *facts, sight.alignment_bytes, options.used_bytes);
  if (!size) return size.error();
  sight.size_bytes = *size;
  sight.facts = std::move(*facts);
  const Claim claim = access == Access::use && !options.joint ? Claim::write
                      : access != Access::look                ? Claim::read
                                                              : Claim::test;
  sight.node = node_for_claims(sight.fd.get(), sight.facts.name, mode, options.sysfs_root);
  const Status claimed = claim_medium(spec.path, sight.node ? sight.node.get() : sight.fd.get(),
                                      spec.offset_bytes, sight.size_bytes, claim, options.held,
                                      options.claim_patience_ms, options.sysfs_root);
  if (!claimed) return claimed.error();
  if (options.destroy || options.found_empty || access == Access::read) return sight;
  if (Status empty = check_content(spec, sight, options); !empty) return empty.error();
  return sight;
}

}  // namespace

Status look_at_devdax(const MediaSpec& spec, const OpenOptions& options) {
  const Result<DaxSight> sight = look(spec, options, Access::look);
  return sight ? Status{} : Status{sight.error()};
}

Result<Medium> open_devdax(const MediaSpec& spec, const OpenOptions& options, bool map) {
  Result<DaxSight> sight = look(spec, options, options.read_only ? Access::read : Access::use);
  if (!sight) return sight.error();
  Medium medium;
  medium.facts.size_bytes = sight->size_bytes;
  const std::uint64_t device_bytes = sight->facts.size_bytes.value_or(0);
  if (spec.size_bytes == 0 && options.used_bytes != 0 &&
      sight->size_bytes + spec.offset_bytes + sight->alignment_bytes <= device_bytes) {
    medium.facts.whole_bytes = device_bytes - spec.offset_bytes;
  }
  medium.facts.persistence_domain = persistence_domain_of(sight->facts.persistence_domain);
  medium.alignment_bytes = sight->alignment_bytes;
  medium.node = sight->facts.numa_node.value_or(-1);
  medium.fd = std::move(sight->fd);
  medium.backing = std::move(sight->node);
  Result<SharedMapping> shared =
      map_shared(medium.fd.get(), sight->size_bytes, spec.offset_bytes, options.read_only);
  if (!shared) return shared.error().with_context(spec.path);
  medium.facts.map_sync = shared->map_sync;
  if (map) medium.mapping = std::move(shared->mapping);
  return medium;
}

}  // namespace pmembench
