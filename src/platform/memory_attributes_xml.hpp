// Measured bandwidth and latency from node to node as hwloc's memory attributes, for the programs
// that read them (hwloc-bind --best-memattr, UMF, MPI, memkind).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace pmembench {

struct MeasuredAttributes {
  int initiator_node = -1, target_node = -1;
  std::optional<double> latency_ns, read_bytes_per_s, write_bytes_per_s;
};

// This host's topology (or that of `xml_file`) as XML of hwloc 2, with these attributes set: in
// MiB/s and ns, rounded. Errors: a node that the topology does not have (usage); hwloc cannot read
// or write it (environment).
Result<std::string> memory_attributes_xml(const std::vector<MeasuredAttributes>& measured,
                                          const std::string& xml_file = "");

}  // namespace pmembench
