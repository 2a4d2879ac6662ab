// file: a file that is mapped; fs-dax where the kernel grants MAP_SYNC, else the page cache.
#include <set>

#include "dax/media.hpp"
#include "dax/media_path.hpp"
#include "dax/media_space.hpp"
#include "dax/persistence_domain.hpp"
#include "platform/devices.hpp"

namespace pmembench {
namespace {

// MAP_SYNC proves that the file lies on persistent memory, not on which region of it. Where all
// regions of this host agree on their domain that is the answer, else it is unknown.
dax_persistence_domain domain_of_all_regions(const std::string& root) {
  std::set<std::string> domains;
  for (const NdRegionFacts& region : read_nd_regions(root)) {
    domains.insert(region.persistence_domain);
  }
  return domains.size() == 1 ? persistence_domain_of(*domains.begin()) : DAX_DOMAIN_UNKNOWN;
}

}  // namespace

Status look_at_file(const MediaSpec& spec, const OpenOptions& options) {
  const Result<PathSight> sight = look_at_path(spec, options, Access::look, false);
  return sight ? Status{} : Status{sight.error()};
}

Result<Medium> open_file(const MediaSpec& spec, const OpenOptions& options, bool map) {
  const Access access = options.read_only ? Access::read : Access::use;
  Result<PathSight> sight = look_at_path(spec, options, access, false);
  if (!sight) return sight.error();
  Medium medium;
  medium.facts.size_bytes = sight->size_bytes;
  medium.facts.file_system = sight->file_system;
  medium.fd = std::move(sight->fd);
  if (!sight->exists) {
    if (Status made = create_medium_file(spec, options, medium); !made) return made.error();
    if (Status space = reserve_space(medium.fd.get(), sight->size_bytes); !space) {
      return space.error();
    }
  }
  // Mapped also where the backend will map it again: only so is known whether MAP_SYNC holds.
  Result<SharedMapping> shared =
      map_shared(medium.fd.get(), sight->size_bytes, spec.offset_bytes, options.read_only);
  if (!shared) return shared.error().with_context(spec.path);
  medium.facts.map_sync = shared->map_sync;
  if (shared->map_sync) {
    medium.facts.persistence_domain = domain_of_all_regions(options.sysfs_root);
  } else {
    medium.facts.persistence_domain = sight->is_volatile ? DAX_DOMAIN_NONE : DAX_DOMAIN_PAGE_CACHE;
  }
  if (map) medium.mapping = std::move(shared->mapping);
  if (options.keep_created) medium.created.keep();
  return medium;
}

}  // namespace pmembench
