#include "workloads/path_char.hpp"

#include <utility>

#include "dax/char_view.hpp"
#include "workloads/address_path.hpp"

namespace pmembench {
namespace {

// The whole device as one shared mapping, synchronous where the device allows it.
struct CharAddresses {
  CharView view;
  MapRequest request;

  explicit CharAddresses(DaxDevice& device) : view(device) {
    request.length_bytes = device.size_bytes();
    request.synchronous = device.synchronous();
  }
  std::int64_t begin(DaxDevice& /*device*/, const ReadSection& section,
                     unsigned char** first_byte) const {
    const auto mapped = view.map(section, request);
    if (!mapped) return -(mapped.error().code == 0 ? EIO : mapped.error().code);
    *first_byte = static_cast<unsigned char*>(static_cast<void*>(mapped->data()));
    return 0;
  }
};

}  // namespace

Result<std::unique_ptr<Path>> make_char_path(DaxDevice& device, PathFixture*) {
  DaxReader reader = device.make_reader();
  CharAddresses addresses(device);
  {
    const ReadSection section(reader);
    const auto mapped = addresses.view.map(section, addresses.request);
    if (!mapped) {
      return environment_error("path 'char' cannot be used on {}: {}", device.name(),
                               mapped.error().message);
    }
  }
  return std::unique_ptr<Path>(std::make_unique<AddressPath<CharAddresses>>(
      device, std::move(reader), std::move(addresses)));
}

PathType char_path() {
  PathType type{"char",
                "loads and stores through the character presentation, as strict as /dev/dax", true,
                make_char_path};
  type.parents = {kRootPath};
  type.loads = true;
  return type;
}

}  // namespace pmembench
