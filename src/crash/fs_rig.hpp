// FsRig: what a small file system is mounted on while the power is cut: one crash device, and the
// block device or window over it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "block/block_device.hpp"
#include "dax/crash_device.hpp"
#include "fs/file_system.hpp"

namespace pmembench {

// What is mounted: a dax device; sectors (raw, which may be torn) over one; or metadata by sectors
// and data by dax.
enum class FsMount { dax, block, mixed };

// What a dax mount's device is made of: the memory itself, or its two halves as one device.
enum class FsStack { none, linear, stripe };

struct FsRigOptions {
  FsMount mount = FsMount::dax;
  std::uint32_t sector_bytes = 4096;
  bool needs_flush = true;  // the device's copies stay in caches
  FsStack stack = FsStack::none;
};

// The devices of one mount, all of them parts of one memory.
struct FsRig {
  static constexpr std::uint64_t kDeviceBytes = 640 * 1024;

  std::optional<CrashDevice> memory;
  std::unique_ptr<DaxDevice> data;
  std::unique_ptr<BlockDevice> block;
  MountSource source;

  // After a boot with these durable bytes, kDeviceBytes of them.
  static Result<FsRig> make(const FsRigOptions& options, std::span<const std::byte> image);
};

}  // namespace pmembench
