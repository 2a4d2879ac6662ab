#include "plan/node_pair.hpp"

#include <algorithm>

#include "plan/placement_words.hpp"
#include "platform/devices.hpp"

namespace pmembench {
namespace {

bool names_cpu_node(const std::string& asked) {
  const auto words = read_placement(asked);
  return words && words->cpu_node.has_value();
}

std::optional<RatedAccess> rated_from(const std::vector<RatedAccess>& rated, int initiator) {
  const auto found = std::find_if(rated.begin(), rated.end(), [&](const RatedAccess& access) {
    return access.initiator_node == initiator;
  });
  return found == rated.end() ? std::nullopt : std::optional(*found);
}

// A dax device is found by its name: what is at the path is looked at when it is opened.
void describe_dax(const MediaSpec& spec, const std::string& root, NodePair& pair,
                  std::vector<RatedAccess>& rated) {
  pair.target = spec.path.substr(spec.path.rfind('/') + 1);
  if (root.empty()) return;
  for (const DaxDeviceFacts& device : read_dax_devices(root)) {
    if (device.name != pair.target) continue;
    pair.target_node = device.target_node;
    rated = device.rated;
  }
}

}  // namespace

std::optional<NodePair> node_pair_of(const MediaSpec& spec, const Placement& placement,
                                     const Topology& topology, const std::string& root) {
  if (placement.cpus.empty() || !names_cpu_node(placement.asked)) return std::nullopt;
  NodePair pair;
  pair.initiator_node = topology.node_of_cpu(placement.cpus.front());
  if (pair.initiator_node < 0) return std::nullopt;
  std::vector<RatedAccess> rated;
  if (spec.kind == DAX_MEDIA_DEVDAX) {
    describe_dax(spec, root, pair, rated);
  } else if (spec.kind != DAX_MEDIA_DRAM) {
    return std::nullopt;
  } else if (!spec.interleave.empty()) {
    pair.interleave = spec.interleave;
    pair.target = "interleave " + interleave_text(spec.interleave);
    return pair;
  } else if (const int node = std::max(spec.node, placement.memory_node); node >= 0) {
    pair.target = fmt::format("node {}", node);
    pair.target_node = node;
  } else {
    return std::nullopt;
  }
  // What the system reads for the node goes first: it is what the kernel itself believes.
  const NumaNode* target = pair.target_node ? topology.node(*pair.target_node) : nullptr;
  if (target != nullptr) pair.rated = rated_from(target->rated, pair.initiator_node);
  if (!pair.rated) pair.rated = rated_from(rated, pair.initiator_node);
  return pair;
}

}  // namespace pmembench
