#include "block/kernel_block.hpp"

#include <utility>

#include "block/raw_session.hpp"

namespace pmembench {
namespace {

class KernelBlock final : public SectorsInPlace {
 public:
  using SectorsInPlace::SectorsInPlace;

  Result<DaxBeneath> dax() override { return no_dax_of_kernel_block(*slice().device); }
};

}  // namespace

Error no_dax_of_kernel_block(const DaxDevice& device) {
  return usage_error(
      "the kernel's block device '{}' gives no dax device: its bytes have no addresses here; "
      "open the memory itself with another backend",
      device.name());
}

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
