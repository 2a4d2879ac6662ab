#include "block/kernel_block.hpp"

#include <utility>

#include "block/raw_session.hpp"
#include "block/session_counts.hpp"

namespace pmembench {
namespace {

class KernelBlock final : public BlockDevice {
 public:
  explicit KernelBlock(const DaxSlice& slice) : slice_(slice) {}

  std::uint32_t sector_bytes() const override { return slice_.sector_bytes; }
  std::uint64_t size_bytes() const override { return slice_.size_bytes; }
  // Neither logical nor physical sector size of a block device promises it.
  bool atomic_sectors() const override { return false; }
  std::unique_ptr<BlockSession> session() override {
    return std::make_unique<RawSession>(slice_, *counts_.add().count);
  }
  std::map<std::string, std::uint64_t> counters() const override { return counts_.sum(); }
  DaxDevice& below() override { return *slice_.device; }
  Result<DaxBeneath> dax() override {
    return usage_error(
        "the kernel's block device '{}' gives no dax device: its bytes have no addresses here; "
        "open the memory itself with another backend",
        slice_.device->name());
  }

 private:
  DaxSlice slice_;
  SessionCounts counts_;
};

}  // namespace

Result<std::unique_ptr<BlockDevice>> make_kernel_block(DaxDevice& device,
                                                       const SliceOptions& options) {
  const Result<DaxSlice> slice = make_slice("a kernel block device", device, options);
  if (!slice) return slice.error();
  const dax_operations& operations = *device.operations();
  if ((operations.capabilities & DAX_CAP_EMULATED) == 0) {
    return usage_error(
        "a kernel block device over '{}' needs a backend that goes through the kernel's block "
        "path, "
        "and backend {} does not; use backend block",
        device.name(), operations.name);
  }
  return std::unique_ptr<BlockDevice>(std::make_unique<KernelBlock>(*slice));
}

}  // namespace pmembench
