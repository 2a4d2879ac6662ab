// layers: what is on what of an open device, as a document: medium, backend, flags, bad blocks,
// the presentations that are possible on it, and who holds it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "block/block_device.hpp"
#include "dax/device_table.hpp"
#include "dax/open_device.hpp"

namespace pmembench {

// Of the device as it is now. Changes nothing on the medium. `look_for_mounts`: also what it
// carries, a btt or a file system, which reads all of that.
[[nodiscard]] nlohmann::json layers_of(const OpenedDevice& opened, const MediaSpec& spec,
                                       unsigned id, bool look_for_mounts);

// {"schema": "pmembench-layers", "version": 1, "devices": [...]}.
[[nodiscard]] nlohmann::json layers_document(std::vector<nlohmann::json> devices);

// A block presentation that a dax device can be given without a change to the medium, and what its
// lookup answers.
struct BlockWindow {
  std::string layer = "block-raw";  // block-raw, block-partition, block-btt, block-rmw, kernel
  std::uint64_t start_bytes = 0;    // of a partition
  std::uint64_t size_bytes = 0;     // of a partition; 0: to the end
  std::uint32_t sector_bytes = 4096;
  bool read_geometry = true;  // of a btt that is there; false: nothing of the medium is read
};
struct Lookup {
  std::string refusal;  // empty: found
  DaxDevice* device = nullptr;
  std::uint64_t offset_bytes = 0;
  std::uint64_t size_bytes = 0;
};
// The lookup from a block device to its dax device (Linux: fs_dax_get_by_bdev). Errors (usage): the
// window cannot be made at all, or its layer is not known.
Result<Lookup> look_up(DaxDevice& device, const BlockWindow& window);

// The names of the layers of BlockWindow.
[[nodiscard]] const std::vector<std::string>& block_layers();

}  // namespace pmembench
