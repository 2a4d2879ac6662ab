// Placements are chosen from the topology alone; that they came true is verified by the runner.
#include "plan/placement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "plan/placement_words.hpp"

namespace pmembench {
namespace {

// The kernel's LOCAL_DISTANCE and REMOTE_DISTANCE (include/linux/topology.h).
constexpr int kLocalDistance = 10;
constexpr int kRemoteDistance = 20;

int distance(const Topology& topology, int from, int to) {
  const NumaNode* node = topology.node(from);
  if (node != nullptr) {
    const auto found = node->distance.find(to);
    if (found != node->distance.end()) return found->second;
  }
  return from == to ? kLocalDistance : kRemoteDistance;
}

bool usable(const Topology& topology, int cpu) {
  const auto& cpus = topology.usable_cpus;
  return std::binary_search(cpus.begin(), cpus.end(), cpu);
}

// Usable CPUs of a node: one of each core, ascending, then the second ones, and so on.
std::vector<int> cpus_of(const Topology& topology, const NumaNode& node) {
  std::vector<std::pair<int, int>> ranked;  // how many of its core came before, CPU
  std::map<int, int> seen;
  std::vector<int> ascending = node.cpus;
  std::sort(ascending.begin(), ascending.end());
  for (const int cpu : ascending) {
    if (!usable(topology, cpu)) continue;
    const auto core = topology.core_of_cpu.find(cpu);
    const int before = core == topology.core_of_cpu.end() ? 0 : seen[core->second]++;
    ranked.emplace_back(before, cpu);
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<int> cpus;
  for (const auto& [before, cpu] : ranked) cpus.push_back(cpu);
  return cpus;
}

// How far the firmware ranks `from` from being a best initiator of memory on `to`: 0 and 1, it is
// one; of several, those that are also among the best with CPUs come first. 2, it is only that;
// 3, it is none, or nothing is said.
int initiator_rank(const Topology& topology, int from, int to) {
  const NumaNode* memory = topology.node(to);
  if (memory == nullptr) return 3;
  const auto passed_over = [&](const std::vector<int>& nodes) {
    return std::find(nodes.begin(), nodes.end(), from) == nodes.end() ? 1 : 0;
  };
  return 2 * passed_over(memory->best_initiators) + passed_over(memory->best_cpu_initiators);
}

// Distances, and where they are equal (all of them, on some hosts) what the firmware ranks.
std::pair<int, int> reach(const Topology& topology, int from, int to) {
  return {distance(topology, from, to), initiator_rank(topology, from, to)};
}

// The node with usable CPUs that is nearest to `to` (or most distant); the lowest of equals. Null
// where no node has any.
const NumaNode* cpu_node_by_distance(const Topology& topology, int to, bool farthest) {
  const NumaNode* best = nullptr;
  for (const NumaNode& node : topology.nodes) {
    if (cpus_of(topology, node).empty()) continue;
    if (best == nullptr) {
      best = &node;
      continue;
    }
    const auto here = reach(topology, node.id, to);
    const auto there = reach(topology, best->id, to);
    if (farthest ? here > there : here < there) best = &node;
  }
  return best;
}

// Memory that a placement may choose by itself.
bool offers_memory(const NumaNode& node) {
  return node.memory_bytes != std::uint64_t{0} && node.allowed && !node.of_accelerator;
}

const NumaNode* first_cpu_node(const Topology& topology) {
  const auto found =
      std::find_if(topology.nodes.begin(), topology.nodes.end(),
                   [&](const NumaNode& node) { return !cpus_of(topology, node).empty(); });
  return found == topology.nodes.end() ? nullptr : &*found;
}

// Where CPUs and memory are together; nodes may have no memory (some memory channels are empty).
const NumaNode* first_whole_node(const Topology& topology) {
  const auto found =
      std::find_if(topology.nodes.begin(), topology.nodes.end(), [&](const NumaNode& node) {
        return offers_memory(node) && !cpus_of(topology, node).empty();
      });
  return found == topology.nodes.end() ? nullptr : &*found;
}

// The node with memory, other than `from`, that is nearest to it or most distant; the lowest of
// equals. Null: there is none.
const NumaNode* memory_by_distance(const Topology& topology, int from, bool farthest) {
  const NumaNode* best = nullptr;
  for (const NumaNode& node : topology.nodes) {
    if (node.id == from || !offers_memory(node)) continue;
    if (best == nullptr) {
      best = &node;
      continue;
    }
    const auto here = reach(topology, from, node.id);
    const auto there = reach(topology, from, best->id);
    if (farthest ? here > there : here < there) best = &node;
  }
  return best;
}

Error no_such_node(const Topology& topology, int id) {
  std::vector<int> ids;
  for (const NumaNode& node : topology.nodes) ids.push_back(node.id);
  return environment_error("this host has no node {}: it has {}", id, fmt::join(ids, ", "));
}

Error no_cpus() {
  return environment_error(
      "no node has a CPU that this process may use: mount /sys and /proc, or allow it some CPUs "
      "(taskset, cpuset)");
}

// Cuts `cpus` to one a thread.
Status take_cpus(std::vector<int>& cpus, unsigned threads, const std::string& whose) {
  if (threads > cpus.size()) {
    return environment_error("{} threads, but {} {} usable CPU{}: use fewer threads", threads,
                             whose, cpus.size(), cpus.size() == 1 ? "" : "s");
  }
  if (threads != kAllThreads) cpus.resize(threads);
  return {};
}

Result<Placement> on_cpu_node(const NumaNode* node, int memory_node, std::string_view asked,
                              unsigned threads, const Topology& topology) {
  if (node == nullptr) return no_cpus();
  Placement placement{std::string(asked), cpus_of(topology, *node), memory_node};
  if (placement.cpus.empty()) {
    return environment_error("node {} has no CPU that this process may use", node->id);
  }
  const Status status = take_cpus(placement.cpus, threads, fmt::format("node {} has", node->id));
  if (!status) return status.error();
  return placement;
}

Result<Placement> place_near(std::string_view asked, unsigned threads, int memory_node,
                             const Topology& topology) {
  if (memory_node >= 0) {
    return on_cpu_node(cpu_node_by_distance(topology, memory_node, false), memory_node, asked,
                       threads, topology);
  }
  // With one node there is nothing to bind, and a bound policy is not quite the default one.
  const bool bound = topology.nodes.size() > 1;
  if (const NumaNode* whole = first_whole_node(topology); whole != nullptr) {
    return on_cpu_node(whole, bound ? whole->id : -1, asked, threads, topology);
  }
  const NumaNode* node = first_cpu_node(topology);
  const NumaNode* memory =
      bound && node != nullptr ? memory_by_distance(topology, node->id, false) : nullptr;
  return on_cpu_node(node, memory == nullptr ? -1 : memory->id, asked, threads, topology);
}

Result<Placement> place_far(std::string_view asked, unsigned threads, int media_node,
                            const Topology& topology) {
  if (topology.nodes.size() < 2) {
    return environment_error("far needs two NUMA nodes, and this host has one");
  }
  if (media_node < 0) {
    const NumaNode* whole = first_whole_node(topology);
    const NumaNode* node = whole == nullptr ? first_cpu_node(topology) : whole;
    if (node == nullptr) return no_cpus();
    const NumaNode* memory = memory_by_distance(topology, node->id, true);
    if (memory == nullptr) {
      return environment_error("far needs a second node with memory, and only node {} has any",
                               node->id);
    }
    return on_cpu_node(node, memory->id, asked, threads, topology);
  }
  const NumaNode* nearest = cpu_node_by_distance(topology, media_node, false);
  const NumaNode* farthest = cpu_node_by_distance(topology, media_node, true);
  if (nearest == farthest && nearest != nullptr) {
    return environment_error(
        "far differs from near by nothing: all CPUs are equally far from node {}", media_node);
  }
  return on_cpu_node(farthest, media_node, asked, threads, topology);
}

Result<Placement> place_cpus(std::string_view asked, std::vector<int> cpus, unsigned threads,
                             int memory_node, const Topology& topology) {
  for (const int cpu : cpus) {
    if (!usable(topology, cpu)) {
      return environment_error("CPU {} does not exist here, or this process may not use it", cpu);
    }
  }
  const Status status = take_cpus(cpus, threads, "placement names");
  if (!status) return status.error();
  return Placement{std::string(asked), std::move(cpus), memory_node};
}

Result<Placement> place_explicit(std::string_view asked, unsigned threads, int media_node,
                                 const Topology& topology) {
  auto words = read_placement(asked);
  if (!words) return words.error();
  if (words->node && media_node >= 0 && *words->node != media_node) {
    return usage_error("placement '{}' puts the memory on node {}, and the media on node {}", asked,
                       *words->node, media_node);
  }
  if (words->each_cpu_node) return no_cpus();
  const int memory_node = words->node.value_or(media_node);
  if (memory_node >= 0 && topology.node(memory_node) == nullptr) {
    return no_such_node(topology, memory_node);
  }
  if (!words->cpus.empty()) {
    return place_cpus(asked, std::move(words->cpus), threads, memory_node, topology);
  }
  if (!words->cpu_node) return place_near(asked, threads, memory_node, topology);
  const NumaNode* node = topology.node(*words->cpu_node);
  if (node == nullptr) return no_such_node(topology, *words->cpu_node);
  return on_cpu_node(node, memory_node, asked, threads, topology);
}

}  // namespace

Status check_memory_node(int id, const Topology& topology) {
  const NumaNode* node = topology.node(id);
  if (node == nullptr) return no_such_node(topology, id);
  if (node->memory_bytes == std::uint64_t{0}) {
    return environment_error(
        "node {} has no memory: name one that `pmembench probe` lists with "
        "memory",
        id);
  }
  if (!node->allowed) {
    return environment_error(
        "this process may not use the memory of node {}: allow it (cpuset.mems), or name another "
        "node",
        id);
  }
  return {};
}

unsigned count_siblings(const std::vector<int>& cpus, const Topology& topology) {
  std::map<int, unsigned> on_core;
  for (const int cpu : cpus) {
    const auto core = topology.core_of_cpu.find(cpu);
    if (core != topology.core_of_cpu.end()) ++on_core[core->second];
  }
  unsigned siblings = 0;
  for (const auto& [core, count] : on_core) siblings += count > 1 ? count : 0;
  return siblings;
}

Result<Placement> place(std::string_view asked, unsigned threads, int media_node,
                        const Topology& topology) {
  if (asked != "near" && asked != "far") {
    return place_explicit(asked, threads, media_node, topology);
  }
  if (media_node >= 0 && topology.node(media_node) == nullptr) {
    return no_such_node(topology, media_node);
  }
  if (asked == "near") return place_near(asked, threads, media_node, topology);
  return place_far(asked, threads, media_node, topology);
}

}  // namespace pmembench
