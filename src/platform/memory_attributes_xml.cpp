#include "platform/memory_attributes_xml.hpp"

#include <cerrno>
#include <cmath>
#include <cstring>

#include "platform/hwloc_topology.hpp"

namespace pmembench {
namespace {

constexpr double kMebibyte = 1048576;

Error hwloc_fails(const char* what) {
  return environment_error("hwloc cannot {} ({}): check HWLOC_XMLFILE, and that /sys is mounted",
                           what, std::strerror(errno));
}

struct AttributeValue {
  hwloc_memattr_id_t id;
  std::optional<double> value;
};

// Latency and bandwidth of both directions, and each direction that was measured.
std::vector<AttributeValue> values_of(const MeasuredAttributes& measured) {
  const auto mebibytes = [](const std::optional<double>& bytes) -> std::optional<double> {
    if (!bytes) return std::nullopt;
    return *bytes / kMebibyte;
  };
  const auto read = mebibytes(measured.read_bytes_per_s);
  const auto write = mebibytes(measured.write_bytes_per_s);
  return {{HWLOC_MEMATTR_ID_BANDWIDTH, read ? read : write},
          {HWLOC_MEMATTR_ID_READ_BANDWIDTH, read},
          {HWLOC_MEMATTR_ID_WRITE_BANDWIDTH, write},
          {HWLOC_MEMATTR_ID_LATENCY, measured.latency_ns},
          {HWLOC_MEMATTR_ID_READ_LATENCY, measured.latency_ns}};
}

Status set_attributes(hwloc_topology_t topology, const MeasuredAttributes& measured) {
  const auto node = [&](int index) {
    return index < 0 ? nullptr
                     : hwloc_get_numanode_obj_by_os_index(topology, static_cast<unsigned>(index));
  };
  const hwloc_obj_t target = node(measured.target_node);
  const hwloc_obj_t source = node(measured.initiator_node);
  if (target == nullptr || source == nullptr) {
    return usage_error(
        "this host has no node {}, which the run measured: export on the machine "
        "that measured",
        target == nullptr ? measured.target_node : measured.initiator_node);
  }
  hwloc_location initiator{};
  initiator.type = HWLOC_LOCATION_TYPE_CPUSET;
  initiator.location.cpuset = source->cpuset;
  for (const AttributeValue& each : values_of(measured)) {
    if (!each.value) continue;
    const auto value = static_cast<hwloc_uint64_t>(std::llround(*each.value));
    if (hwloc_memattr_set_value(topology, each.id, target, &initiator, 0, value) != 0) {
      return hwloc_fails("set a memory attribute");
    }
  }
  return {};
}

}  // namespace

Result<std::string> memory_attributes_xml(const std::vector<MeasuredAttributes>& measured,
                                          const std::string& xml_file) {
  hwloc_topology_t raw = nullptr;
  if (hwloc_topology_init(&raw) != 0) return hwloc_fails("begin");
  const HwlocTopology topology(raw);
  hwloc_topology_set_components(raw, HWLOC_TOPOLOGY_COMPONENTS_FLAG_BLACKLIST, "x86");
  if (!xml_file.empty() && hwloc_topology_set_xml(raw, xml_file.c_str()) != 0) {
    return hwloc_fails("read the topology");
  }
  if (hwloc_topology_load(raw) != 0) return hwloc_fails("read the topology");
  for (const MeasuredAttributes& each : measured) {
    if (const Status set = set_attributes(raw, each); !set) return set.error();
  }
  char* buffer = nullptr;
  int length = 0;
  if (hwloc_topology_export_xmlbuffer(raw, &buffer, &length, 0) != 0) {
    return hwloc_fails("write XML");
  }
  std::string text(buffer);
  hwloc_free_xmlbuffer(raw, buffer);
  return text;
}

}  // namespace pmembench
