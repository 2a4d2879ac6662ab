#include "plan/media_placement.hpp"

#include <algorithm>

#include "dax/sim_model.hpp"
#include "plan/placement_words.hpp"
#include "platform/devices.hpp"

namespace pmembench {
namespace {

// -1: unknown. What is wrong with the device is said when it is opened.
int found_node(const MediaSpec& spec, const Topology& topology, const std::string& root) {
  if (spec.kind != DAX_MEDIA_DEVDAX || root.empty()) return -1;
  const auto facts = dax_device_by_path(root, spec.path);
  if (!facts) return -1;
  const int node = facts->numa_node.value_or(-1);
  return topology.node(node) == nullptr ? -1 : node;
}

// The medium reports the nodes of its pages; CPUs that are not named are near most of them.
Result<Placement> place_interleaved(std::string_view asked, unsigned threads, const MediaSpec& spec,
                                    const Topology& topology) {
  const auto words = read_placement(asked);
  const bool explicit_node = words && words->node;
  if (asked == "far" || explicit_node) {
    return environment_error(
        "placement {} puts memory on a node, and interleave={} puts it on several: place the CPUs, "
        "as in cpu_node=0",
        asked, interleave_text(spec.interleave));
  }
  const auto most = std::max_element(
      spec.interleave.begin(), spec.interleave.end(),
      [](const NodeWeight& a, const NodeWeight& b) { return a.weight < b.weight; });
  auto placement = place(asked, threads, most->node, topology);
  if (placement) placement->memory_node = -1;
  return placement;
}

// The CPUs of a simulated host are the model's. Which CPU of this host a thread of it has changes
// no time.
Result<Placement> place_simulated(std::string_view asked, unsigned threads, const MediaSpec& spec,
                                  const Topology& topology) {
  if (asked != "near") {
    return environment_error(
        "placement {} names nodes or CPUs of this host, and a simulated memory has none: leave it "
        "out",
        asked);
  }
  const auto model = sim_model_of(spec);
  if (!model) return model.error();
  if (threads != kAllThreads && threads > model->cpus) {
    return environment_error(
        "{} threads, but the simulated host has {} CPU{} (cpus, in {}): use fewer threads", threads,
        model->cpus, model->cpus == 1 ? "" : "s", spec.path);
  }
  const std::vector<int>& usable = topology.usable_cpus;
  if (usable.empty()) return environment_error("this process may use no CPU");
  Placement placement{std::string(asked), {}, -1};
  for (unsigned i = 0; i < (threads == kAllThreads ? model->cpus : threads); ++i) {
    placement.cpus.push_back(usable[i % usable.size()]);
  }
  return placement;
}

bool moves_memory(std::string_view asked, int node) {
  if (asked == "far") return node < 0;
  if (asked == "near") return false;
  const auto words = read_placement(asked);
  return words && words->node && *words->node != node;
}

Result<Placement> place_by_kind(std::string_view asked, unsigned threads, const MediaSpec& spec,
                                const Topology& topology, const std::string& root) {
  if (!spec.interleave.empty()) return place_interleaved(asked, threads, spec, topology);
  if (spec.kind == DAX_MEDIA_SIM) return place_simulated(asked, threads, spec, topology);
  if (spec.kind == DAX_MEDIA_DRAM) return place(asked, threads, spec.node, topology);
  const int node = found_node(spec, topology, root);
  if (moves_memory(asked, node)) {
    return environment_error(
        "placement {} puts memory on a node, and only dram can be put: place the CPUs, as in "
        "cpu_node=0",
        asked);
  }
  auto placement = place(asked, threads, node, topology);
  if (placement && node < 0) placement->memory_node = -1;
  return placement;
}

// The nodes on which memory is to be made. near and far choose none that cannot be used; what the
// medium, its parts and the placement name may be any.
Status check_memory_nodes(const MediaSpec& spec, const Placement& placement,
                          const Topology& topology) {
  std::vector<int> named;
  for (const MediaSpec* part : simple_media(spec)) {
    if (part->kind != DAX_MEDIA_DRAM) continue;
    if (part->node >= 0) named.push_back(part->node);
    for (const NodeWeight& one : part->interleave) named.push_back(one.node);
  }
  if (spec.kind == DAX_MEDIA_DRAM && placement.memory_node >= 0) {
    named.push_back(placement.memory_node);
  }
  for (const int node : named) {
    if (Status usable = check_memory_node(node, topology); !usable) return usable;
  }
  return {};
}

}  // namespace

Result<Placement> place_on_media(std::string_view asked, unsigned threads, const MediaSpec& spec,
                                 const Topology& topology, const std::string& root) {
  auto placement = place_by_kind(asked, threads, spec, topology, root);
  if (!placement) return placement;
  if (Status usable = check_memory_nodes(spec, *placement, topology); !usable) {
    return usable.error();
  }
  return placement;
}

int memory_node_of(const MediaSpec& spec, const Placement& placement, const Topology& topology,
                   const std::string& root) {
  if (spec.kind == DAX_MEDIA_DRAM) {
    // With one node its memory is meant though nothing is bound.
    const int only = topology.nodes.size() == 1 ? topology.nodes.front().id : -1;
    return placement.memory_node >= 0 ? placement.memory_node : only;
  }
  if (spec.kind != DAX_MEDIA_DEVDAX || root.empty()) return -1;
  const auto facts = dax_device_by_path(root, spec.path);
  if (!facts) return -1;
  return facts->target_node.value_or(facts->numa_node.value_or(-1));
}

}  // namespace pmembench
