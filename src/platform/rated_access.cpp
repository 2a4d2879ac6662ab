#include "platform/rated_access.hpp"

#include <cstdint>

namespace pmembench {
namespace {

std::optional<std::uint64_t> rating(const HostTree& tree, const std::string& path) {
  const auto value = tree.number(path);
  return value && *value != 0 ? value : std::nullopt;
}

}  // namespace

std::optional<RatedAccess> read_rated_access(const HostTree& tree, const std::string& folder) {
  RatedAccess access;
  access.read_bandwidth_mib_per_s = rating(tree, folder + "/read_bandwidth");
  access.write_bandwidth_mib_per_s = rating(tree, folder + "/write_bandwidth");
  access.read_latency_ns = rating(tree, folder + "/read_latency");
  access.write_latency_ns = rating(tree, folder + "/write_latency");
  if (!access.read_bandwidth_mib_per_s && !access.write_bandwidth_mib_per_s &&
      !access.read_latency_ns && !access.write_latency_ns) {
    return std::nullopt;
  }
  return access;
}

}  // namespace pmembench
