#include "workloads/path_mapped.hpp"

#include <utility>

#include "workloads/address_path.hpp"

namespace pmembench {
namespace {

// What direct_access gives, asked for without ceremony.
struct DirectAddresses {
  static std::int64_t begin(DaxDevice& device, const ReadSection& section,
                            unsigned char** first_byte) {
    void* address = nullptr;
    const std::int64_t pages = device.direct_access(
        section, 0, device.size_bytes() / DAX_PAGE_BYTES, DAX_ACCESS, &address);
    if (pages < 0) return pages;
    *first_byte = static_cast<unsigned char*>(address);
    return 0;
  }
};

}  // namespace

Result<std::unique_ptr<Path>> make_mapped_path(DaxDevice& device, PathFixture*) {
  DaxReader reader = device.make_reader();
  if (whole_mapping(device, reader).empty()) {
    return environment_error(
        "path 'mapped' cannot be used on {}: its direct_access does not reach all bytes in one "
        "piece; use path 'direct'",
        device.name());
  }
  if (device.facts().simulation != nullptr) {
    return std::unique_ptr<Path>(std::make_unique<AddressPath<DirectAddresses, SimulationTold>>(
        device, std::move(reader), DirectAddresses{}));
  }
  return std::unique_ptr<Path>(
      std::make_unique<AddressPath<DirectAddresses>>(device, std::move(reader), DirectAddresses{}));
}

PathType mapped_path() {
  PathType type{"mapped", "loads and stores at the mapped address, then flush", true,
                make_mapped_path};
  type.parents = {kRootPath};
  type.loads = true;
  type.simulated = true;
  return type;
}

}  // namespace pmembench
