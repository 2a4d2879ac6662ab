#include "run/medium_facts.hpp"

#include "dax/media_claim.hpp"
#include "dax/media_stack.hpp"

namespace pmembench {
namespace {

const std::string kNoOptions;

// Empty for what the worker made: every process makes another.
std::string identity_of(const MediaFacts& facts, const MediaSpec& spec) {
  const bool own = facts.created || !facts.directory.empty();
  if (own) return {};
  std::vector<std::string> identities;
  for (const MediaSpec* part : simple_media(spec)) {
    identities.push_back(part->path.empty() ? std::string() : medium_identity(part->path));
  }
  return join_identities(identities);
}

}  // namespace

MediumFacts medium_facts(const MediaFacts& facts, const MediaSpec& spec) {
  MediumFacts medium;
  medium.kind = facts.kind;
  medium.size_bytes = facts.size_bytes;
  medium.page_bytes = facts.page_bytes;
  medium.huge_share = facts.huge_share;
  medium.map_sync = facts.map_sync;
  medium.persistence_domain = domain_word(facts.persistence_domain);
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
  medium.whole_bytes = facts.whole_bytes;
  medium.placed_by = facts.placed_by;
  medium.nodes_unknown = facts.nodes_unknown;
  medium.stack = facts.stack;
  return medium;
}

void follow_audit(const AuditBook& book, const OpenedDevice& opened, const OpenOptions& options,
                  const dax_host_info& host, const MediaSpec& spec, MediumFacts* medium) {
  // A mounted file system's writes are the kernel's own; the backend only makes the file.
  if (medium->claim != "durable" || spec.kind == DAX_MEDIA_POSIX) return;
  const dax_persistence_domain domain = opened.facts.persistence_domain;
  const std::vector<const MediaSpec*> media = simple_media(spec);
  for (std::size_t i = 0; i < opened.bases.size(); ++i) {
    const BackendEntry& backend = *opened.bases[i].backend;
    const std::string& words = media[i]->backend.empty() ? options.backend_options : kNoOptions;
    medium->audit = book.proof(backend, words, host, domain);
    if (!medium->audit.empty()) continue;
    medium->claim = kUnauditedClaim;
    medium->audit = audit_command(backend, words, host, domain, media[i]->text);
    return;
  }
}

}  // namespace pmembench
