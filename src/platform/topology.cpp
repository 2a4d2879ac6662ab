// Reads nodes, distances, huge pages and HMAT ratings from ROOT/sys.
#include "platform/topology.hpp"

#include <algorithm>

#include "platform/accelerator_nodes.hpp"
#include "platform/host_tree.hpp"
#include "platform/memory_limit.hpp"
#include "platform/online_cpus.hpp"
#include "platform/rated_access.hpp"

namespace pmembench {
namespace {

constexpr const char* kNodes = "sys/devices/system/node";

std::vector<int> read_initiators(const HostTree& tree, const std::string& folder) {
  std::vector<int> from;
  for (const std::string& name : tree.numbered(folder, "node")) {
    from.push_back(std::stoi(name.substr(4)));
  }
  return from;
}

void add_ratings(const HostTree& tree, const std::string& initiators, NumaNode& node) {
  const std::optional<RatedAccess> found = read_rated_access(tree, initiators);
  if (!found) return;
  RatedAccess access = *found;
  std::vector<int> from = read_initiators(tree, initiators);
  if (from.empty()) from.push_back(-1);
  for (const int initiator : from) {
    // access0 (nearest initiator of any kind) comes first and wins over access1 (nearest CPU).
    const bool known = std::any_of(node.rated.begin(), node.rated.end(), [&](const auto& rated) {
      return rated.initiator_node == initiator;
    });
    if (known) continue;
    access.initiator_node = initiator;
    node.rated.push_back(access);
  }
}

void add_huge_pages(const HostTree& tree, const std::string& directory, NumaNode& node) {
  for (const std::string& name : tree.names(directory)) {
    constexpr std::string_view kPrefix = "hugepages-";
    if (!name.starts_with(kPrefix)) continue;
    const auto page_bytes = parse_kernel_size(name.substr(kPrefix.size()));
    if (!page_bytes) continue;
    const std::string at = directory + "/" + name;
    if (const auto total = tree.number(at + "/nr_hugepages")) {
      node.huge_pages_total[*page_bytes] = *total;
    }
    if (const auto free = tree.number(at + "/free_hugepages")) {
      node.huge_pages_free[*page_bytes] = *free;
    }
  }
}

// Levels one behind the other may hold the same bytes; the sum is what they hold at most.
std::uint64_t read_memory_side_cache(const HostTree& tree, const std::string& folder) {
  std::uint64_t bytes = 0;
  for (const std::string& name : tree.numbered(folder, "index")) {
    bytes += tree.number(folder + "/" + name + "/size").value_or(0);
  }
  return bytes;
}

NumaNode read_node(const HostTree& tree, int id) {
  const std::string at = std::string(kNodes) + "/node" + std::to_string(id);
  NumaNode node;
  node.id = id;
  node.cpus = tree.cpus(at + "/cpulist", at + "/cpumap");
  node.memory_bytes = tree.kb_field(at + "/meminfo", "MemTotal:");
  node.free_bytes = tree.kb_field(at + "/meminfo", "MemFree:");
  add_ratings(tree, at + "/access0/initiators", node);
  add_ratings(tree, at + "/access1/initiators", node);
  node.best_initiators = read_initiators(tree, at + "/access0/initiators");
  node.best_cpu_initiators = read_initiators(tree, at + "/access1/initiators");
  node.memory_side_cache_bytes = read_memory_side_cache(tree, at + "/memory_side_cache");
  add_huge_pages(tree, at + "/hugepages", node);
  return node;
}

// A distance line has one number for each online node, in order of their ids. A line of another
// length cannot be matched to nodes, and is left out.
void add_distances(const HostTree& tree, std::vector<NumaNode>& nodes) {
  for (NumaNode& node : nodes) {
    const std::string at = std::string(kNodes) + "/node" + std::to_string(node.id);
    const auto words = split_words(tree.line(at + "/distance").value_or(""));
    if (words.size() != nodes.size()) continue;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const auto distance = parse_number(words[i]);
      if (distance && *distance <= 255) {
        node.distance[nodes[i].id] = static_cast<int>(*distance);
      }
    }
  }
}

// core_cpus_list is the newer name of thread_siblings_list, which on old kernels is a mask alone.
std::map<int, int> read_cores(const HostTree& tree, const std::vector<int>& cpus) {
  std::map<int, int> cores;
  for (const int cpu : cpus) {
    const std::string at = std::string(kCpuFolder) + "/cpu" + std::to_string(cpu) + "/topology";
    const bool newer = tree.exists(at + "/core_cpus_list") || tree.exists(at + "/core_cpus");
    const std::string name = newer ? "/core_cpus" : "/thread_siblings";
    const std::vector<int> siblings = tree.cpus(at + name + "_list", at + name);
    if (!siblings.empty()) cores[cpu] = *std::min_element(siblings.begin(), siblings.end());
  }
  return cores;
}

// A cpuset may keep a process from the memory of some nodes. Unknown: all are allowed.
void mark_allowed_nodes(const HostTree& tree, std::vector<NumaNode>& nodes) {
  const std::string status = tree.text("proc/self/status").value_or("");
  constexpr std::string_view kKey = "Mems_allowed_list:";
  const std::size_t at = status.find(kKey);
  if (at == std::string::npos) return;
  const std::size_t begin = at + kKey.size();
  const std::vector<int> allowed =
      parse_cpu_list(std::string_view(status).substr(begin, status.find('\n', begin) - begin));
  if (allowed.empty()) return;
  for (NumaNode& node : nodes) {
    node.allowed = std::binary_search(allowed.begin(), allowed.end(), node.id);
  }
}

NumaNode only_node(const HostTree& tree, const std::vector<int>& cpus) {
  NumaNode node;
  node.id = 0;
  node.cpus = cpus;
  node.memory_bytes = tree.kb_field("proc/meminfo", "MemTotal:");
  node.free_bytes = tree.kb_field("proc/meminfo", "MemFree:");
  add_huge_pages(tree, "sys/kernel/mm/hugepages", node);
  return node;
}

}  // namespace

const NumaNode* Topology::node(int id) const {
  for (const NumaNode& node : nodes) {
    if (node.id == id) return &node;
  }
  return nullptr;
}

int Topology::node_of_cpu(int cpu) const {
  for (const NumaNode& node : nodes) {
    if (std::find(node.cpus.begin(), node.cpus.end(), cpu) != node.cpus.end()) return node.id;
  }
  return -1;
}

std::uint64_t Topology::cache_bytes(const std::vector<int>& cpus, int memory_node) const {
  std::uint64_t memory_side = 0;
  for (const NumaNode& each : nodes) {
    if (memory_node >= 0 && each.id != memory_node) continue;
    memory_side = std::max(memory_side, each.memory_side_cache_bytes);
  }
  return last_level_cache_bytes(last_level_caches, cpus) + memory_side;
}

Topology read_topology(const std::string& root) {
  const HostTree tree(root);
  Topology topology;
  std::vector<int> online = online_cpus(tree);
  if (tree.live()) {
    const std::vector<int> allowed = allowed_cpus();
    if (online.empty()) online = allowed;  // neither /sys nor /proc
    topology.usable_cpus = online;
    std::erase_if(topology.usable_cpus, [&](int cpu) {
      return !std::binary_search(allowed.begin(), allowed.end(), cpu);
    });
  } else {
    topology.usable_cpus = online;
  }
  topology.core_of_cpu = read_cores(tree, online);
  topology.last_level_caches = read_last_level_caches(tree, topology.usable_cpus);
  for (const std::string& name : tree.numbered(kNodes, "node")) {
    topology.nodes.push_back(read_node(tree, std::stoi(name.substr(4))));
  }
  add_distances(tree, topology.nodes);
  if (topology.nodes.empty()) topology.nodes.push_back(only_node(tree, online));
  mark_accelerator_nodes(tree, topology.nodes);
  mark_allowed_nodes(tree, topology.nodes);
  return topology;
}

std::optional<std::uint64_t> available_memory_bytes(const std::string& root) {
  const auto host = HostTree(root).kb_field("proc/meminfo", "MemAvailable:");
  const auto limit = memory_limit(root);
  if (!host || !limit) return limit ? limit->available_bytes : host;
  return std::min(*host, limit->available_bytes);
}

}  // namespace pmembench
