#include "crash/fs_rig.hpp"

#include "block/raw_block.hpp"
#include "crash/window_device.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kMetadataBytes = 256 * 1024;  // of a mixed mount

}  // namespace

Result<FsRig> FsRig::make(const FsRigOptions& options, std::span<const std::byte> image) {
  FsRig rig;
  auto memory =
      CrashDevice::reboot({.size_bytes = kDeviceBytes, .needs_flush = options.needs_flush}, image);
  if (!memory) return memory.error();
  rig.memory = std::move(*memory);
  if (options.mount == FsMount::dax) {
    rig.source.dax = &rig.memory->device();
    return rig;
  }
  const bool mixed = options.mount == FsMount::mixed;
  SliceOptions slice;
  slice.size_bytes = mixed ? kMetadataBytes : kDeviceBytes;
  slice.sector_bytes = options.sector_bytes;
  auto block = make_raw_block(rig.memory->device(), slice);
  if (!block) return block.error();
  rig.block = std::move(*block);
  rig.source.block = rig.block.get();
  if (!mixed) return rig;
  auto data =
      make_window_device(rig.memory->device(), kMetadataBytes, kDeviceBytes - kMetadataBytes);
  if (!data) return data.error();
  rig.data = std::move(*data);
  rig.source.dax = rig.data.get();
  return rig;
}

}  // namespace pmembench
