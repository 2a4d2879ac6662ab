// Reads nodes, distances, huge pages and HMAT ratings from ROOT/sys.
#include "platform/topology.hpp"

#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "platform/host_tree.hpp"
#include "platform/memory_limit.hpp"
#include "platform/rated_access.hpp"

namespace pmembench {
namespace {

constexpr const char* kNodes = "sys/devices/system/node";

std::vector<int> online_cpus(const HostTree& tree) {
  if (const auto list = tree.line(std::string(kCpuFolder) + "/online")) {
    const std::vector<int> cpus = parse_cpu_list(*list);
    if (!cpus.empty()) return cpus;
  }
  std::vector<int> cpus;
  for (const std::string& name : tree.numbered(kCpuFolder, "cpu")) {
    cpus.push_back(std::stoi(name.substr(3)));
  }
  return cpus;
}

// The calling thread's affinity mask. The kernel refuses masks that are too small for its CPUs
// with EINVAL, so the mask grows until it fits.
std::vector<int> allowed_cpus() {
  for (int capacity = 1024; capacity <= 1 << 16; capacity *= 2) {
    const std::size_t bytes = CPU_ALLOC_SIZE(capacity);
    struct Free {
      void operator()(cpu_set_t* set) const { CPU_FREE(set); }
    };
    const std::unique_ptr<cpu_set_t, Free> set(CPU_ALLOC(capacity));
    if (!set) return {};
    CPU_ZERO_S(bytes, set.get());
    if (sched_getaffinity(0, bytes, set.get()) != 0) {
      if (errno == EINVAL) continue;
      return {};
    }
    std::vector<int> cpus;
    for (int cpu = 0; cpu < capacity; ++cpu) {
      if (CPU_ISSET_S(static_cast<std::size_t>(cpu), bytes, set.get())) cpus.push_back(cpu);
    }
    return cpus;
  }
  return {};
}

void add_ratings(const HostTree& tree, const std::string& initiators, NumaNode& node) {
  const std::optional<RatedAccess> found = read_rated_access(tree, initiators);
  if (!found) return;
  RatedAccess access = *found;
  std::vector<int> from;
  for (const std::string& name : tree.numbered(initiators, "node")) {
    from.push_back(std::stoi(name.substr(4)));
  }
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

NumaNode read_node(const HostTree& tree, int id) {
  const std::string at = std::string(kNodes) + "/node" + std::to_string(id);
  NumaNode node;
  node.id = id;
  node.cpus = parse_cpu_list(tree.line(at + "/cpulist").value_or(""));
  node.memory_bytes = tree.kb_field(at + "/meminfo", "MemTotal:");
  node.free_bytes = tree.kb_field(at + "/meminfo", "MemFree:");
  add_ratings(tree, at + "/access0/initiators", node);
  add_ratings(tree, at + "/access1/initiators", node);
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

// core_cpus_list is the newer name of thread_siblings_list.
std::map<int, int> read_cores(const HostTree& tree, const std::vector<int>& cpus) {
  std::map<int, int> cores;
  for (const int cpu : cpus) {
    const std::string at = std::string(kCpuFolder) + "/cpu" + std::to_string(cpu) + "/topology";
    auto line = tree.line(at + "/core_cpus_list");
    if (!line) line = tree.line(at + "/thread_siblings_list");
    const std::vector<int> siblings = parse_cpu_list(line.value_or(""));
    if (!siblings.empty()) cores[cpu] = *std::min_element(siblings.begin(), siblings.end());
  }
  return cores;
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

Topology read_topology(const std::string& root) {
  const HostTree tree(root);
  Topology topology;
  const std::vector<int> online = online_cpus(tree);
  topology.usable_cpus = online;
  topology.core_of_cpu = read_cores(tree, online);
  if (tree.live()) {
    const std::vector<int> allowed = allowed_cpus();
    if (online.empty()) topology.usable_cpus = allowed;
    std::erase_if(topology.usable_cpus, [&](int cpu) {
      return !std::binary_search(allowed.begin(), allowed.end(), cpu);
    });
  }
  for (const std::string& name : tree.numbered(kNodes, "node")) {
    topology.nodes.push_back(read_node(tree, std::stoi(name.substr(4))));
  }
  add_distances(tree, topology.nodes);
  if (topology.nodes.empty()) topology.nodes.push_back(only_node(tree, online));
  return topology;
}

std::optional<std::uint64_t> available_memory_bytes(const std::string& root) {
  const auto host = HostTree(root).kb_field("proc/meminfo", "MemAvailable:");
  const auto limit = memory_limit(root);
  if (!host || !limit) return limit ? limit->available_bytes : host;
  return std::min(*host, limit->available_bytes);
}

}  // namespace pmembench
