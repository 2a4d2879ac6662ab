#include "run/medium_facts.hpp"

#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace pmembench {
namespace {

const char* domain_name(dax_persistence_domain domain) {
  switch (domain) {
    case DAX_DOMAIN_NONE:
      return "none";
    case DAX_DOMAIN_PAGE_CACHE:
      return "page_cache";
    case DAX_DOMAIN_MEMORY_CONTROLLER:
      return "memory_controller";
    case DAX_DOMAIN_CPU_CACHE:
      return "cpu_cache";
    case DAX_DOMAIN_UNKNOWN:
      break;
  }
  return "unknown";
}

// What lies under the medium's name, if it was there before.
std::string identity_of(const MediaFacts& facts, const MediaSpec& spec) {
  struct stat found {};
  const bool own = facts.created || !facts.directory.empty();
  if (own || spec.path.empty() || ::stat(spec.path.c_str(), &found) != 0) return {};
  if (S_ISBLK(found.st_mode) || S_ISCHR(found.st_mode)) {
    return fmt::format("device {}:{}", major(found.st_rdev), minor(found.st_rdev));
  }
  return fmt::format("{}:{} inode {}", major(found.st_dev), minor(found.st_dev), found.st_ino);
}

}  // namespace

MediumFacts medium_facts(const MediaFacts& facts, const MediaSpec& spec) {
  MediumFacts medium;
  medium.kind = facts.kind;
  medium.size_bytes = facts.size_bytes;
  medium.page_bytes = facts.page_bytes;
  medium.huge_share = facts.huge_share;
  medium.map_sync = facts.map_sync;
  medium.persistence_domain = domain_name(facts.persistence_domain);
  medium.file_system = facts.file_system;
  medium.node_share = facts.node_share;
  medium.pages_asked = facts.pages_asked;
  medium.identity = identity_of(facts, spec);
  medium.created = facts.created;
  medium.claim = durable_claim(facts);
  medium.backend = facts.backend_says;
  medium.block_device = facts.block_device;
  medium.directory = facts.directory;
  medium.dax_attribute = facts.dax_attribute;
  return medium;
}

}  // namespace pmembench
