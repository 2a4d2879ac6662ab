#include "block/raw_block.hpp"

#include <utility>

#include "block/kernel_block.hpp"
#include "block/raw_session.hpp"

namespace pmembench {
namespace {

class RawBlock final : public SectorsInPlace {
 public:
  using SectorsInPlace::SectorsInPlace;

  Result<DaxBeneath> dax() override {
    if ((slice().device->operations()->capabilities & DAX_CAP_EMULATED) != 0) {
      return no_dax_of_kernel_block(*slice().device);
    }
    if (slice().offset_bytes % DAX_PAGE_BYTES != 0 || slice().size_bytes % DAX_PAGE_BYTES != 0) {
      return usage_error(
          "the block device over '{}' gives no dax device: its {} bytes from byte {} on are not "
          "whole pages of {} bytes; align both",
          slice().device->name(), slice().size_bytes, slice().offset_bytes, DAX_PAGE_BYTES);
    }
    return DaxBeneath{slice().device, slice().offset_bytes};
  }
};

}  // namespace

Result<std::unique_ptr<BlockDevice>> make_raw_block(DaxDevice& device,
                                                    const SliceOptions& options) {
  const Result<DaxSlice> slice = make_slice("a raw block device", device, options);
  if (!slice) return slice.error();
  return std::unique_ptr<BlockDevice>(std::make_unique<RawBlock>(*slice));
}

}  // namespace pmembench
