#include "block/raw_block.hpp"

#include <utility>

#include "block/raw_session.hpp"
#include "block/session_counts.hpp"

namespace pmembench {
namespace {

class RawBlock final : public BlockDevice {
 public:
  explicit RawBlock(const DaxSlice& slice) : slice_(slice) {}

  std::uint32_t sector_bytes() const override { return slice_.sector_bytes; }
  std::uint64_t size_bytes() const override { return slice_.size_bytes; }
  bool atomic_sectors() const override { return false; }
  std::unique_ptr<BlockSession> session() override {
    return std::make_unique<RawSession>(slice_, *counts_.add().count);
  }
  std::map<std::string, std::uint64_t> counters() const override { return counts_.sum(); }

  DaxDevice& below() override { return *slice_.device; }
  Result<DaxBeneath> dax() override {
    if (slice_.offset_bytes % DAX_PAGE_BYTES != 0 || slice_.size_bytes % DAX_PAGE_BYTES != 0) {
      return usage_error(
          "the block device over '{}' gives no dax device: its {} bytes from byte {} on are not "
          "whole pages of {} bytes; align both",
          slice_.device->name(), slice_.size_bytes, slice_.offset_bytes, DAX_PAGE_BYTES);
    }
    return DaxBeneath{slice_.device, slice_.offset_bytes};
  }

 private:
  DaxSlice slice_;
  SessionCounts counts_;
};

}  // namespace

Result<std::unique_ptr<BlockDevice>> make_raw_block(DaxDevice& device,
                                                    const SliceOptions& options) {
  const Result<DaxSlice> slice = make_slice("a raw block device", device, options);
  if (!slice) return slice.error();
  return std::unique_ptr<BlockDevice>(std::make_unique<RawBlock>(*slice));
}

}  // namespace pmembench
