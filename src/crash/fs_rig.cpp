#include "crash/fs_rig.hpp"

#include "block/raw_block.hpp"
#include "crash/window_device.hpp"
#include "dax/linear.hpp"
#include "dax/stripe.hpp"

namespace pmembench {
namespace {

constexpr std::uint64_t kMetadataBytes = 256 * 1024;  // of a mixed mount

constexpr std::uint64_t kChunkBytes = DAX_PAGE_BYTES;

// The two halves lose their power together: they are windows of one memory.
Result<std::unique_ptr<DaxDevice>> make_stack(DaxDevice& memory, FsStack stack) {
  std::vector<std::unique_ptr<DaxDevice>> halves;
  for (const std::uint64_t half : {0, 1}) {
    const std::uint64_t half_bytes = FsRig::kDeviceBytes / 2;
    auto window = make_window_device(memory, half * half_bytes, half_bytes);
    if (!window) return window;
    halves.push_back(*std::move(window));
  }
  return stack == FsStack::linear ? make_linear("linear", std::move(halves))
                                  : make_stripe("stripe", std::move(halves), kChunkBytes);
}

}  // namespace

Result<FsRig> FsRig::make(const FsRigOptions& options, std::span<const std::byte> image) {
  FsRig rig;
  auto memory =
      CrashDevice::reboot({.size_bytes = kDeviceBytes, .needs_flush = options.needs_flush}, image);
  if (!memory) return memory.error();
  rig.memory = std::move(*memory);
  if (options.mount == FsMount::dax) {
    rig.source.dax = &rig.memory->device();
    if (options.stack == FsStack::none) return rig;
    auto stack = make_stack(rig.memory->device(), options.stack);
    if (!stack) return stack.error();
    rig.data = *std::move(stack);
    rig.source.dax = rig.data.get();
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
