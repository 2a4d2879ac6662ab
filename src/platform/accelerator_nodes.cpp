#include "platform/accelerator_nodes.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "platform/host_tree.hpp"
#include "platform/topology.hpp"

namespace pmembench {
namespace {

// The base class of a PCI device is the top byte of its class code of three bytes.
constexpr std::uint64_t kDisplay = 0x03;
constexpr std::uint64_t kProcessingAccelerator = 0x12;

void add_pci_nodes(const HostTree& tree, std::set<int>& nodes) {
  const std::string bus = "sys/bus/pci/devices";
  for (const std::string& name : tree.names(bus)) {
    const auto code = tree.number(bus + "/" + name + "/class");
    if (!code) continue;
    const std::uint64_t base = *code >> 16;
    if (base != kDisplay && base != kProcessingAccelerator) continue;
    if (const auto node = tree.node(bus + "/" + name + "/numa_node")) nodes.insert(*node);
  }
}

// "Node: 255", as NVIDIA's driver writes it for each GPU whose memory is a node.
void add_driver_nodes(const HostTree& tree, std::set<int>& nodes) {
  const std::string folder = "proc/driver/nvidia/gpus";
  for (const std::string& name : tree.names(folder)) {
    const auto words = split_words(tree.text(folder + "/" + name + "/numa_status").value_or(""));
    const auto word = std::find(words.begin(), words.end(), "Node:");
    if (words.end() - word < 2) continue;
    const auto node = parse_number(*(word + 1));
    if (node && *node < 1 << 16) nodes.insert(static_cast<int>(*node));
  }
}

}  // namespace

void mark_accelerator_nodes(const HostTree& tree, std::vector<NumaNode>& nodes) {
  const auto memory_only = [](const NumaNode& node) { return node.cpus.empty(); };
  if (std::none_of(nodes.begin(), nodes.end(), memory_only)) return;
  std::set<int> found;
  const std::string list = "sys/devices/system/node/has_generic_initiator";
  for (const int node : parse_cpu_list(tree.line(list).value_or(""))) found.insert(node);
  add_pci_nodes(tree, found);
  add_driver_nodes(tree, found);
  for (NumaNode& node : nodes) {
    if (node.cpus.empty()) node.of_accelerator = found.contains(node.id);
  }
}

}  // namespace pmembench
