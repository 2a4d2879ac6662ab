// devdax: /dev/daxX.Y. Size, alignment and domain are read from sysfs, never asked of ndctl, which
// does not know the dax devices of CXL and hmem.
#include <fcntl.h>
#include <sys/mman.h>

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
};

Status check_driver(const DaxDeviceFacts& facts) {
  if (facts.driver == "device_dax") return {};
  if (facts.driver == "kmem") {
    return environment_error(
        "{0} is system RAM now (driver kmem); use dram:SIZE,node={1}, or give it back: daxctl "
        "reconfigure-device --mode=devdax {0}",
        facts.name, facts.target_node.value_or(0));
  }
  return environment_error(
      "{0} has {1} instead of the driver device_dax; bind that: daxctl reconfigure-device "
      "--mode=devdax {0}",
      facts.name, facts.driver.empty() ? "no driver" : "the driver " + facts.driver);
}

Result<std::uint64_t> usable_size(const MediaSpec& spec, const DaxDeviceFacts& facts,
                                  std::uint64_t alignment_bytes) {
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
  if (spec.size_bytes == 0) return whole - spec.offset_bytes;
  if (spec.size_bytes % alignment_bytes != 0) {
    return usage_error("size {} is not a multiple of {}'s alignment, {}",
                       format_size(spec.size_bytes), facts.name, format_size(alignment_bytes));
  }
  return spec.size_bytes;
}

// There is no read(2) on a dax device: its bytes are looked at through a mapping.
Status check_content(const MediaSpec& spec, const DaxSight& sight) {
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
  return require_no_content(spec.path, mapping.address(), whole);
}

Result<DaxSight> look(const MediaSpec& spec, const OpenOptions& options, Access access) {
  Result<DaxDeviceFacts> facts = dax_device_by_path(options.sysfs_root, spec.path);
  if (!facts) return facts.error();
  if (Status driver = check_driver(*facts); !driver) return driver.error();
  const Status same = require_same_medium(spec.path, options.identity, medium_identity(spec.path));
  if (!same) return same.error();
  DaxSight sight;
  constexpr std::uint64_t kUsualAlignment = std::uint64_t{2} << 20;
  sight.alignment_bytes = facts->alignment_bytes.value_or(kUsualAlignment);
  if (sight.alignment_bytes == 0) sight.alignment_bytes = kUsualAlignment;
  const Result<std::uint64_t> size = usable_size(spec, *facts, sight.alignment_bytes);
  if (!size) return size.error();
  sight.size_bytes = *size;
  sight.facts = std::move(*facts);
  const int mode = access == Access::use ? O_RDWR : O_RDONLY;
  sight.fd = UniqueFd(open(spec.path.c_str(), mode | O_CLOEXEC));
  if (!sight.fd || faccessat(AT_FDCWD, spec.path.c_str(), R_OK | W_OK, AT_EACCESS) != 0) {
    return system_error(errno, "{} cannot be opened; its owner is root unless udev says otherwise",
                        spec.path);
  }
  const Claim claim = access == Access::use    ? Claim::write
                      : access == Access::read ? Claim::read
                                               : Claim::test;
  const Status claimed =
      claim_medium(spec.path, sight.fd.get(), spec.offset_bytes, sight.size_bytes, claim,
                   options.claim_patience_ms, options.sysfs_root);
  if (!claimed) return claimed.error();
  if (options.destroy || options.found_empty || access == Access::read) return sight;
  if (Status empty = check_content(spec, sight); !empty) return empty.error();
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
  medium.facts.persistence_domain = persistence_domain_of(sight->facts.persistence_domain);
  medium.alignment_bytes = sight->alignment_bytes;
  medium.node = sight->facts.numa_node.value_or(sight->facts.target_node.value_or(-1));
  medium.fd = std::move(sight->fd);
  Result<SharedMapping> shared =
      map_shared(medium.fd.get(), sight->size_bytes, spec.offset_bytes, options.read_only);
  if (!shared) return shared.error().with_context(spec.path);
  medium.facts.map_sync = shared->map_sync;
  if (map) medium.mapping = std::move(shared->mapping);
  return medium;
}

}  // namespace pmembench
