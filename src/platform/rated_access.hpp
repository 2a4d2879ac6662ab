// The ratings of one folder of sysfs, for topology.cpp and dax_devices.cpp.
#pragma once

#include <optional>
#include <string>

#include "platform/host_tree.hpp"
#include "platform/topology.hpp"

namespace pmembench {

// {read,write}_{bandwidth,latency} of `folder`, the initiator left open; nullopt where none is
// rated. A rating of 0 is how the kernel shows what the firmware did not rate.
std::optional<RatedAccess> read_rated_access(const HostTree& tree, const std::string& folder);

}  // namespace pmembench
