// Hosts to plan for.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "platform/topology.hpp"

namespace pmembench {

inline NumaNode fake_node(int id, std::vector<int> cpus, std::map<int, int> distance = {}) {
  NumaNode node;
  node.id = id;
  node.cpus = std::move(cpus);
  node.memory_bytes = std::uint64_t{1} << 34;
  node.distance = std::move(distance);
  return node;
}

inline Topology fake_host(std::vector<NumaNode> nodes) {
  Topology topology;
  for (const NumaNode& node : nodes) {
    topology.usable_cpus.insert(topology.usable_cpus.end(), node.cpus.begin(), node.cpus.end());
  }
  topology.nodes = std::move(nodes);
  return topology;
}

inline Topology one_node(int cpus) {
  std::vector<int> numbers;
  for (int cpu = 0; cpu < cpus; ++cpu) numbers.push_back(cpu);
  return fake_host({fake_node(0, numbers, {{0, 10}})});
}

inline Topology two_sockets() {
  return fake_host({fake_node(0, {0, 1, 2, 3}, {{0, 10}, {1, 21}}),
                    fake_node(1, {4, 5, 6, 7}, {{0, 21}, {1, 10}})});
}

// Two sockets and a memory-only node 2 that hangs on socket 1.
inline Topology two_sockets_and_cxl() {
  return fake_host({fake_node(0, {0, 1}, {{0, 10}, {1, 21}, {2, 24}}),
                    fake_node(1, {2, 3}, {{0, 21}, {1, 10}, {2, 14}}),
                    fake_node(2, {}, {{0, 24}, {1, 14}, {2, 10}})});
}

}  // namespace pmembench
