#include "cli/probe_report.hpp"
#include "record/codec.hpp"

#include <nlohmann/json.hpp>
#include <optional>

#include "platform/cpu.hpp"
#include "platform/devices.hpp"
#include "platform/environment.hpp"
#include "platform/memory_attributes.hpp"
#include "platform/topology.hpp"

namespace pmembench {
namespace {

using nlohmann::json;

template <typename T>
json known(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

json host_json(const std::string& root, const EnvironmentFacts& facts) {
  return {{"name", facts.host_name},
          {"kernel", facts.kernel},
          {"distribution", facts.distribution},
          {"architecture", facts.architecture},
          {"virtualisation", facts.virtualisation},
          {"command_line", facts.command_line},
          {"load_1min", known(facts.load_1min)},
          {"memory_available_bytes", known(available_memory_bytes(root))},
          {"fingerprint", machine_fingerprint(root)}};
}

json settings_json(const EnvironmentFacts& facts) {
  return {{"thp_enabled", facts.thp_enabled},
          {"thp_defrag", facts.thp_defrag},
          {"governor", facts.governor},
          {"turbo", facts.turbo},
          {"smt", facts.smt},
          {"aslr", facts.aslr},
          {"numa_balancing", facts.numa_balancing},
          {"clock_source", facts.clock_source},
          {"prefetchers", facts.prefetchers},
          {"weighted_interleave", facts.weighted_interleave}};
}

// CPUID answers for the CPU that runs this program, and so for the live host only.
json features_json(bool live) {
  if (!live) return nullptr;
  const CpuFeatures features = detect_cpu_features();
  return {{"sse2", features.sse2},
          {"avx2", features.avx2},
          {"avx512f", features.avx512f},
          {"clflush", features.clflush},
          {"clflushopt", features.clflushopt},
          {"clwb", features.clwb},
          {"movdir64b", features.movdir64b},
          {"invariant_tsc", features.invariant_tsc},
          {"hypervisor", features.hypervisor}};
}

json cpu_json(const CpuFacts& facts, const Topology& topology, bool live) {
  const json vector_bytes = live ? json(detect_cpu_features().vector_bytes()) : json(nullptr);
  return {{"vendor", facts.vendor},
          {"model_name", facts.model_name},
          {"microcode", facts.microcode},
          {"family", known(facts.family)},
          {"model", known(facts.model)},
          {"stepping", known(facts.stepping)},
          {"flags", facts.flags},
          {"features", features_json(live)},
          {"vector_bytes", vector_bytes},
          {"cpus_online", known(facts.cpus_online)},
          {"cpus_usable", topology.usable_cpus},
          {"threads_per_core", known(facts.threads_per_core)}};
}

json caches_json(const std::vector<CpuCache>& caches) {
  json list = json::array();
  for (const CpuCache& cache : caches) {
    list.push_back({{"level", cache.level},
                    {"type", cache.type},
                    {"size_bytes", cache.size_bytes},
                    {"line_bytes", known(cache.line_bytes)},
                    {"shared_cpus", cache.shared_cpus}});
  }
  return list;
}

json rated_json(const std::vector<RatedAccess>& rated) {
  json list = json::array();
  for (const RatedAccess& access : rated) {
    const bool from_known = access.initiator_node >= 0;
    list.push_back({{"initiator_node", from_known ? json(access.initiator_node) : json(nullptr)},
                    {"source", access.source},
                    {"read_bandwidth_mib_per_s", known(access.read_bandwidth_mib_per_s)},
                    {"write_bandwidth_mib_per_s", known(access.write_bandwidth_mib_per_s)},
                    {"read_latency_ns", known(access.read_latency_ns)},
                    {"write_latency_ns", known(access.write_latency_ns)}});
  }
  return list;
}

json huge_pages_json(const NumaNode& node) {
  json list = json::array();
  for (const auto& [page_bytes, total] : node.huge_pages_total) {
    const auto free = node.huge_pages_free.find(page_bytes);
    const bool free_known = free != node.huge_pages_free.end();
    list.push_back({{"page_bytes", page_bytes},
                    {"total", total},
                    {"free", free_known ? json(free->second) : json(nullptr)}});
  }
  return list;
}

json nodes_json(const Topology& topology) {
  json list = json::array();
  for (const NumaNode& node : topology.nodes) {
    json distance = json::object();
    for (const auto& [other, value] : node.distance) distance[std::to_string(other)] = value;
    list.push_back({{"id", node.id},
                    {"cpus", node.cpus},
                    {"memory_bytes", known(node.memory_bytes)},
                    {"free_bytes", known(node.free_bytes)},
                    {"distance", distance},
                    {"rated", rated_json(node.rated)},
                    {"huge_pages", huge_pages_json(node)}});
  }
  return list;
}

json dax_json(const std::string& root) {
  json list = json::array();
  for (const DaxDeviceFacts& device : read_dax_devices(root)) {
    list.push_back({{"name", device.name},
                    {"size_bytes", known(device.size_bytes)},
                    {"alignment_bytes", known(device.alignment_bytes)},
                    {"numa_node", known(device.numa_node)},
                    {"target_node", known(device.target_node)},
                    {"driver", device.driver.empty() ? "none" : device.driver},
                    {"region", device.region.empty() ? "unknown" : device.region},
                    {"persistence_domain", device.persistence_domain}});
  }
  return list;
}

json nd_json(const std::string& root) {
  json list = json::array();
  for (const NdRegionFacts& region : read_nd_regions(root)) {
    list.push_back({{"name", region.name},
                    {"size_bytes", known(region.size_bytes)},
                    {"numa_node", known(region.numa_node)},
                    {"target_node", known(region.target_node)},
                    {"persistence_domain", region.persistence_domain},
                    {"deep_flush", region.deep_flush},
                    {"namespaces", region.namespaces}});
  }
  return list;
}

json cxl_json(const std::string& root) {
  json list = json::array();
  for (const CxlDeviceFacts& device : read_cxl_devices(root)) {
    list.push_back({{"name", device.name},
                    {"kind", device.kind},
                    {"ram_bytes", known(device.ram_bytes)},
                    {"pmem_bytes", known(device.pmem_bytes)},
                    {"size_bytes", known(device.size_bytes)},
                    {"numa_node", known(device.numa_node)},
                    {"interleave_ways", known(device.interleave_ways)},
                    {"interleave_granularity_bytes", known(device.interleave_granularity_bytes)},
                    {"serial", device.serial},
                    {"firmware_version", device.firmware_version},
                    {"mode", device.mode}});
  }
  return list;
}

json block_json(const std::string& root) {
  json list = json::array();
  for (const BlockDeviceFacts& device : read_block_devices(root)) {
    list.push_back({{"name", device.name},
                    {"size_bytes", known(device.size_bytes)},
                    {"logical_block_bytes", known(device.logical_block_bytes)},
                    {"physical_block_bytes", known(device.physical_block_bytes)},
                    {"dax", device.dax},
                    {"write_cache", device.write_cache},
                    {"mount_points", device.mount_points}});
  }
  return list;
}

}  // namespace

json probe_json(const std::string& root) {
  const bool live = root.find_first_not_of('/') == std::string::npos;
  const EnvironmentFacts environment = read_environment(root);
  const CpuFacts cpu = read_cpu(root);
  Topology topology = read_topology(root);
  if (live) {
    if (const auto more = read_memory_attributes(); more) add_memory_attributes(*more, topology);
  }
  const json facts = {{"host", host_json(root, environment)},
                      {"cpu", cpu_json(cpu, topology, live)},
                      {"caches", caches_json(cpu.caches)},
                      {"nodes", nodes_json(topology)},
                      {"dax", dax_json(root)},
                      {"nd", nd_json(root)},
                      {"cxl", cxl_json(root)},
                      {"block", block_json(root)},
                      {"settings", settings_json(environment)}};
  // A mount point may be any bytes; what leaves here can be dumped without an exception.
  return json::parse(json_text(facts));
}

}  // namespace pmembench
