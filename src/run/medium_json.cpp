// MediaFacts as JSON: the row's "medium".
#include "run/protocol.hpp"

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

}  // namespace

nlohmann::json to_json(const MediaFacts& facts) {
  nlohmann::json nodes = nlohmann::json::object();
  for (const auto& [node, share] : facts.node_share) nodes[std::to_string(node)] = share;
  nlohmann::json json = {{"kind", facts.kind},
                         {"size_bytes", facts.size_bytes},
                         {"page_bytes", facts.page_bytes},
                         {"huge_share", facts.huge_share},
                         {"map_sync", facts.map_sync},
                         {"persistence_domain", domain_name(facts.persistence_domain)},
                         {"file_system", facts.file_system},
                         {"node_share", nodes},
                         {"pages_asked", facts.pages_asked},
                         {"created", facts.created},
                         {"claim", durable_claim(facts)}};
  if (!facts.backend_says.empty()) json["backend"] = facts.backend_says;
  if (!facts.block_device.empty()) json["block_device"] = facts.block_device;
  if (facts.directory.empty()) return json;
  json["directory"] = facts.directory;
  json["dax_attribute"] = facts.dax_attribute;
  return json;
}

}  // namespace pmembench
