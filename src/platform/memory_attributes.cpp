#include "platform/memory_attributes.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <set>

#include "platform/hwloc_topology.hpp"

namespace pmembench {
namespace {

using Rating = std::optional<std::uint64_t> RatedAccess::*;
struct Attribute {
  hwloc_memattr_id_t id;
  std::vector<Rating> ratings;
};
// Those of one direction come after those of both, which they replace.
const std::vector<Attribute>& attributes_of_interest() {
  static const std::vector<Attribute> all{
      {HWLOC_MEMATTR_ID_BANDWIDTH,
       {&RatedAccess::read_bandwidth_mib_per_s, &RatedAccess::write_bandwidth_mib_per_s}},
      {HWLOC_MEMATTR_ID_LATENCY, {&RatedAccess::read_latency_ns, &RatedAccess::write_latency_ns}},
      {HWLOC_MEMATTR_ID_READ_BANDWIDTH, {&RatedAccess::read_bandwidth_mib_per_s}},
      {HWLOC_MEMATTR_ID_WRITE_BANDWIDTH, {&RatedAccess::write_bandwidth_mib_per_s}},
      {HWLOC_MEMATTR_ID_READ_LATENCY, {&RatedAccess::read_latency_ns}},
      {HWLOC_MEMATTR_ID_WRITE_LATENCY, {&RatedAccess::write_latency_ns}}};
  return all;
}

std::vector<int> cpus_of(const hwloc_location& initiator) {
  const hwloc_const_cpuset_t set = initiator.type == HWLOC_LOCATION_TYPE_CPUSET
                                       ? initiator.location.cpuset
                                       : initiator.location.object->cpuset;
  std::vector<int> cpus;
  if (set == nullptr || hwloc_bitmap_last(set) < 0) return cpus;
  for (int cpu = hwloc_bitmap_first(set); cpu >= 0; cpu = hwloc_bitmap_next(set, cpu)) {
    cpus.push_back(cpu);
  }
  return cpus;
}

using Ratings = std::map<std::pair<int, std::vector<int>>, RatedAccess>;

void add_ratings(hwloc_topology_t topology, const Attribute& attribute, hwloc_obj_t node,
                 Ratings& found) {
  unsigned count = 0;
  if (hwloc_memattr_get_initiators(topology, attribute.id, node, 0, &count, nullptr, nullptr) != 0)
    return;
  std::vector<hwloc_location> initiators(count);
  std::vector<hwloc_uint64_t> values(count);
  if (count == 0 || hwloc_memattr_get_initiators(topology, attribute.id, node, 0, &count,
                                                 initiators.data(), values.data()) != 0) {
    return;
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::vector<int> cpus = cpus_of(initiators[i]);
    if (values[i] == 0 || cpus.empty()) continue;
    RatedAccess& rated = found[{static_cast<int>(node->os_index), cpus}];
    for (const Rating rating : attribute.ratings) rated.*rating = values[i];
  }
}

Error unreadable(const std::string& xml_file) {
  return environment_error(
      "hwloc cannot read {} ({}); check HWLOC_XMLFILE, and that /sys is mounted",
      xml_file.empty() ? "this host's topology" : xml_file, std::strerror(errno));
}

}  // namespace

Result<std::vector<MemoryAttributes>> read_memory_attributes(const std::string& xml_file) {
  hwloc_topology_t raw = nullptr;
  if (hwloc_topology_init(&raw) != 0) return unreadable(xml_file);
  const HwlocTopology topology(raw);
  // The x86 component would visit every CPU to ask it CPUID.
  hwloc_topology_set_components(raw, HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST, "x86");
  if (!xml_file.empty() && hwloc_topology_set_xml(raw, xml_file.c_str()) != 0) {
    return unreadable(xml_file);
  }
  if (hwloc_topology_load(raw) != 0) return unreadable(xml_file);
  Ratings found;
  for (const Attribute& attribute : attributes_of_interest()) {
    hwloc_obj_t node = nullptr;
    while ((node = hwloc_get_next_obj_by_type(raw, HWLOC_OBJ_NUMANODE, node)) != nullptr) {
      add_ratings(raw, attribute, node, found);
    }
  }
  std::vector<MemoryAttributes> attributes;
  for (auto& [pair, rated] : found) {
    rated.source = "hwloc";
    attributes.push_back({pair.first, pair.second, rated});
  }
  return attributes;
}

void add_memory_attributes(const std::vector<MemoryAttributes>& attributes, Topology& topology) {
  for (const MemoryAttributes& each : attributes) {
    std::set<int> initiators;
    for (const int cpu : each.cpus) initiators.insert(topology.node_of_cpu(cpu));
    initiators.erase(-1);
    const auto node = std::find_if(topology.nodes.begin(), topology.nodes.end(),
                                   [&](const NumaNode& one) { return one.id == each.node; });
    if (node == topology.nodes.end()) continue;
    for (const int initiator : initiators) {
      const bool known =
          std::any_of(node->rated.begin(), node->rated.end(),
                      [&](const RatedAccess& rated) { return rated.initiator_node == initiator; });
      if (known) continue;
      node->rated.push_back(each.rated);
      node->rated.back().initiator_node = initiator;
    }
  }
}

}  // namespace pmembench
