// The sections of the page of `pmembench probe` that are tables.
#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "cli/probe_parts.hpp"
#include "record/codec.hpp"

namespace pmembench::probe {

using nlohmann::json;

namespace {

std::string with_unit(const json& object, const char* key, const char* unit) {
  const json value = member(object, key);
  return value.is_number() ? json_text(value) + " " + unit : kUnknown;
}

std::string distances_of(const json& distance) {
  std::string result;
  for (const auto& [node, value] : distance.items()) {
    result += fmt::format("{}{}:{}", result.empty() ? "" : " ", node, json_text(value));
  }
  return result.empty() ? kUnknown : result;
}

std::string huge_pages_of(const json& pages) {
  std::string result;
  for (const json& page : pages) {
    result += fmt::format("{}{}: {} of {} free", result.empty() ? "" : ", ",
                          size(page, "page_bytes"), text(page, "free"), text(page, "total"));
  }
  return result.empty() ? kUnknown : result;
}

}  // namespace

std::string cache_section(const json& caches) {
  TextTable table({{"level", Align::right},
                   {"type"},
                   {"size", Align::right},
                   {"line", Align::right},
                   {"shared by CPUs"}});
  for (const json& cache : caches) {
    table.add({text(cache, "level"), text(cache, "type"), size(cache, "size_bytes"),
               size(cache, "line_bytes"), cpu_list(member(cache, "shared_cpus"), kUnknown)});
  }
  return section("Caches of CPU 0", table, kUnknown);
}

std::string node_section(const json& nodes) {
  TextTable table({{"node", Align::right},
                   {"CPUs"},
                   {"memory", Align::right},
                   {"free", Align::right},
                   {"distance to node"},
                   {"huge pages"}});
  for (const json& node : nodes) {
    table.add({text(node, "id"), cpu_list(member(node, "cpus"), "none"), size(node, "memory_bytes"),
               size(node, "free_bytes"), distances_of(member(node, "distance")),
               huge_pages_of(member(node, "huge_pages"))});
  }
  return section("Memory nodes", table, kUnknown);
}

std::string rated_section(const json& nodes) {
  TextTable table({{"node", Align::right},
                   {"from node", Align::right},
                   {"by"},
                   {"read latency", Align::right},
                   {"write latency", Align::right},
                   {"read bandwidth", Align::right},
                   {"write bandwidth", Align::right}});
  for (const json& node : nodes) {
    for (const json& access : member(node, "rated")) {
      table.add({text(node, "id"), text(access, "initiator_node"), text(access, "source"),
                 with_unit(access, "read_latency_ns", "ns"),
                 with_unit(access, "write_latency_ns", "ns"),
                 with_unit(access, "read_bandwidth_mib_per_s", "MiB/s"),
                 with_unit(access, "write_bandwidth_mib_per_s", "MiB/s")});
    }
  }
  return section("Rated by the firmware (HMAT) or by hwloc, not measured", table, kUnknown);
}

std::string dax_section(const json& devices) {
  TextTable table({{"device"},
                   {"size", Align::right},
                   {"alignment", Align::right},
                   {"driver"},
                   {"node"},
                   {"as memory on node"},
                   {"region"},
                   {"persistence domain"}});
  for (const json& device : devices) {
    table.add({text(device, "name"), size(device, "size_bytes"), size(device, "alignment_bytes"),
               text(device, "driver"), text(device, "numa_node"), text(device, "target_node"),
               text(device, "region"), text(device, "persistence_domain")});
  }
  return section("dax devices", table, "none");
}

std::string nd_section(const json& regions) {
  TextTable table({{"region"},
                   {"size", Align::right},
                   {"node"},
                   {"as memory on node"},
                   {"persistence domain"},
                   {"deep flush"},
                   {"namespaces"}});
  for (const json& region : regions) {
    table.add({text(region, "name"), size(region, "size_bytes"), text(region, "numa_node"),
               text(region, "target_node"), text(region, "persistence_domain"),
               text(region, "deep_flush"), joined(member(region, "namespaces"), ", ", "none")});
  }
  return section("NVDIMM regions", table, "none");
}

std::string cxl_section(const json& devices) {
  TextTable memory({{"device"},
                    {"volatile", Align::right},
                    {"persistent", Align::right},
                    {"node"},
                    {"serial"},
                    {"firmware"}});
  TextTable regions({{"region"},
                     {"size", Align::right},
                     {"mode"},
                     {"node"},
                     {"ways"},
                     {"granularity", Align::right}});
  for (const json& device : devices) {
    if (text(device, "kind") == "mem") {
      memory.add({text(device, "name"), size(device, "ram_bytes"), size(device, "pmem_bytes"),
                  text(device, "numa_node"), text(device, "serial"),
                  text(device, "firmware_version")});
      continue;
    }
    regions.add({text(device, "name"), size(device, "size_bytes"), text(device, "mode"),
                 text(device, "numa_node"), text(device, "interleave_ways"),
                 size(device, "interleave_granularity_bytes")});
  }
  return section("CXL memory devices", memory, "none") + section("CXL regions", regions, "none");
}

std::string block_section(const json& devices) {
  TextTable table({{"device"},
                   {"size", Align::right},
                   {"logical", Align::right},
                   {"physical", Align::right},
                   {"dax"},
                   {"write cache"},
                   {"mounted on"}});
  std::string empty;
  for (const json& device : devices) {
    if (member(device, "size_bytes") == 0U) {
      empty += (empty.empty() ? "" : " ") + text(device, "name");
      continue;
    }
    table.add({text(device, "name"), size(device, "size_bytes"),
               size(device, "logical_block_bytes"), size(device, "physical_block_bytes"),
               text(device, "dax"), text(device, "write_cache"),
               joined(member(device, "mount_points"), ", ", "nowhere")});
  }
  std::string result = section("Block devices", table, "none");
  if (!empty.empty()) {
    result.insert(result.size() - 1, fmt::format("  without a medium: {}\n", empty));
  }
  return result;
}

}  // namespace pmembench::probe
