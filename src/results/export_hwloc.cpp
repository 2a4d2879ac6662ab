// Rows placed by nodes as hwloc's memory attributes.
#include <map>

#include "platform/environment.hpp"
#include "platform/memory_attributes_xml.hpp"
#include "results/export_formats.hpp"
#include "results/row_parts.hpp"

namespace pmembench {

Result<std::string> export_hwloc(const RunRecord& run, const std::vector<Row>& rows) {
  std::map<std::pair<int, int>, MeasuredAttributes> by_pair;
  for (const Row& row : rows) {
    if (!row.did_work() || !row.numa || !row.numa->target_node || !row.numa->interleave.empty()) {
      continue;
    }
    const RowPair& pair = *row.numa;
    MeasuredAttributes& found = by_pair[{pair.initiator_node, *pair.target_node}];
    found.initiator_node = pair.initiator_node;
    found.target_node = *pair.target_node;
    if (pair.measure == "latency_ns" && row.ns_per_operation) {
      found.latency_ns = row.ns_per_operation->estimate;
    } else if (pair.measure == "bytes_per_s" && row.bytes_per_s) {
      const auto access = row.parameters.find("access");
      const bool writes = access != row.parameters.end() && access->second == "write";
      auto& rate = writes ? found.write_bytes_per_s : found.read_bytes_per_s;
      rate = std::max(rate.value_or(0), row.bytes_per_s->estimate);
    }
  }
  if (by_pair.empty()) {
    return usage_error(
        "no row of run {} was placed by nodes, so there is no memory attribute: measure "
        "configs/numa.yaml",
        run.id);
  }
  if (run.machine_fingerprint != machine_fingerprint("/")) {
    return usage_error(
        "run {} was measured on another machine, and its attributes are not this host's: export "
        "there",
        run.id);
  }
  std::vector<MeasuredAttributes> measured;
  for (const auto& [pair, attributes] : by_pair) measured.push_back(attributes);
  return memory_attributes_xml(measured);
}

}  // namespace pmembench
