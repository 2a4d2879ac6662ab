// The nd region that contains a device, by its place in sysfs.
#pragma once

#include <algorithm>
#include <string>

namespace pmembench {

inline constexpr const char* kNdBus = "sys/bus/nd/devices";

// The path component "regionN" of a device below an nd bus; "" elsewhere (a CXL region is also
// called regionN, but is none of nd's).
inline std::string nd_region_of(const std::string& real_path) {
  bool below_nd_bus = false;
  std::size_t begin = 0;
  while (begin < real_path.size()) {
    const std::size_t end = std::min(real_path.find('/', begin), real_path.size());
    const std::string part = real_path.substr(begin, end - begin);
    if (part.starts_with("ndbus")) below_nd_bus = true;
    if (below_nd_bus && part.starts_with("region")) return part;
    begin = end + 1;
  }
  return {};
}

}  // namespace pmembench
