#include "block/btt.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/bytes.hpp"
#include "block/btt_arena.hpp"
#include "block/dax_window.hpp"

namespace pmembench {
namespace {

class Btt final : public BttDevice {
 public:
  Btt(const DaxSlice& slice, const BttGeometry& geometry, const std::vector<BttStep>& steps)
      : arena_(slice, geometry, steps) {}

  std::uint32_t sector_bytes() const override { return arena_.geometry.sector_bytes; }
  std::uint64_t size_bytes() const override {
    return std::uint64_t{arena_.geometry.external} * arena_.geometry.sector_bytes;
  }
  bool atomic_sectors() const override { return true; }
  std::unique_ptr<BlockSession> session() override { return make_btt_session(arena_); }
  std::map<std::string, std::uint64_t> counters() const override { return arena_.counts.sum(); }
  DaxDevice& below() override { return *arena_.slice.device; }
  Result<DaxBeneath> dax() override { return no_dax_of_btt(*arena_.slice.device); }
  Status check_structure() const override { return check_btt(arena_); }
  std::uint32_t lanes() const override { return arena_.geometry.lanes; }
  BttArena& arena() { return arena_; }

 private:
  BttArena arena_;
};

Result<DaxSlice> btt_slice(DaxDevice& device, const SliceOptions& options) {
  const Result<DaxSlice> slice = make_slice("a btt", device, options);
  if (!slice) return slice.error();
  const dax_operations& operations = *device.operations();
  if (operations.minimum_io_bytes > 4 || operations.alignment_bytes > 4) {
    return usage_error(
        "a btt over '{}' needs a backend that writes 4 bytes, and backend {} writes {}; use "
        "another",
        device.name(), operations.name,
        std::max(operations.minimum_io_bytes, operations.alignment_bytes));
  }
  if (slice->offset_bytes % DAX_PAGE_BYTES != 0) {
    return usage_error(
        "a btt over '{}' cannot begin at byte {}: that is not a multiple of {}; "
        "round it",
        device.name(), slice->offset_bytes, DAX_PAGE_BYTES);
  }
  return slice;
}

int write_map(DaxWindow& window, const BttGeometry& geometry) {
  const std::vector<unsigned char> zeroes(kBttInfoBytes);
  for (std::uint64_t at = geometry.map_offset; at < geometry.flog_offset; at += kBttInfoBytes) {
    const int status = window.store_over(at, zeroes.data(), zeroes.size());
    if (status < 0) return status;
  }
  return 0;
}

// Each lane has the free block behind the sectors', as if its last write had ended there.
int write_flog(DaxWindow& window, const BttGeometry& geometry) {
  std::vector<unsigned char> flog(geometry.copy_offset - geometry.flog_offset);
  for (std::uint32_t lane = 0; lane < geometry.lanes; ++lane) {
    const std::uint32_t block = geometry.external + lane;
    const BttFlogHalf first{0, block, block, 1};
    std::memcpy(flog.data() + lane * kBttFlogBytes, &first, sizeof first);
  }
  return window.store_over(geometry.flog_offset, flog.data(), flog.size());
}

// The old info blocks go first and the new ones come last: there is never one without its arena.
int write_arena(DaxWindow& window, const BttGeometry& geometry) {
  const BttInfoBlock none{};
  const BttInfoBlock info = encode_info(geometry);
  int status = window.persist_over(0, none.data(), none.size());
  if (status == 0) status = window.persist_over(geometry.copy_offset, none.data(), none.size());
  if (status == 0) status = write_map(window, geometry);
  if (status == 0) status = write_flog(window, geometry);
  if (status == 0) status = window.drain();
  if (status == 0) status = window.persist_over(geometry.copy_offset, info.data(), info.size());
  if (status == 0) status = window.persist_over(0, info.data(), info.size());
  return status;
}

// The sentence for an info block that cannot be used.
Error refusal(const DaxDevice& device, const BttInfo& info) {
  switch (info.state) {
    case BttInfoState::newer:
      return usage_error(
          "the btt on '{}' has version {}, newer than {}; use a newer pmembench or format it again",
          device.name(), info.major_version, kBttMajorVersion);
    case BttInfoState::torn:
      return runtime_error(
          "the btt on '{}' is damaged: neither its info block nor the copy has its checksum; "
          "format it again",
          device.name());
    case BttInfoState::inconsistent:
      return usage_error(
          "the btt on '{}' is not one that fits there: its info block names other places or sizes; "
          "give the slice that it was formatted with",
          device.name());
    case BttInfoState::foreign:
    case BttInfoState::good:
      break;
  }
  return usage_error("there is no btt on '{}': its first bytes are not an info block; format one",
                     device.name());
}

// The copy's offset follows only from the end of the slice, as the geometry is not known.
int load_copy(DaxWindow& window, const DaxSlice& slice, BttInfo& info) {
  BttInfoBlock block;
  const std::uint64_t size = std::min(slice.size_bytes, kBttMostBytes);
  for (std::uint64_t back = 1; back <= 2 && back * kBttInfoBytes <= size; ++back) {
    const std::uint64_t at = (size / kBttInfoBytes - back) * kBttInfoBytes;
    const int status = window.load(at, block.data(), block.size());
    if (status < 0) return status;
    const BttInfo found = decode_info(block, slice.size_bytes);
    if (found.state != BttInfoState::good || found.geometry.copy_offset != at) continue;
    info = found;
    return window.persist_over(0, block.data(), block.size());
  }
  return 0;
}

Result<BttGeometry> load_geometry(const DaxSlice& slice) {
  DaxWindow window(slice);
  BttInfoBlock block{};
  BttInfo info;
  int status = 0;
  if (slice.size_bytes >= kBttInfoBytes) status = window.load(0, block.data(), block.size());
  if (status == 0) info = decode_info(block, slice.size_bytes);
  // The copy stands in for a block that was lost, never for one that somebody else wrote.
  const bool blank = all_zero(std::span(block).first(DAX_LINE_BYTES));
  if (status == -EIO || info.state == BttInfoState::torn || blank) {
    const int copied = load_copy(window, slice, info);
    if (info.state == BttInfoState::good || status == 0) status = copied;
  }
  if (status < 0) {
    Error error = runtime_error(
        "the info block of the btt on '{}' cannot be read or repaired: {}; format it "
        "again",
        slice.device->name(), std::strerror(-status));
    error.code = -status;
    return error;
  }
  if (info.state != BttInfoState::good) return refusal(*slice.device, info);
  return info.geometry;
}

}  // namespace

std::vector<BttStep> btt_write_steps() {
  return {BttStep::store_data, BttStep::store_flog_blocks,
          BttStep::fence,      BttStep::store_flog_sequence,
          BttStep::fence,      BttStep::store_map};
}

Status format_btt(DaxDevice& device, const BttOptions& options) {
  const Result<DaxSlice> slice = btt_slice(device, options.slice);
  if (!slice) return slice.error();
  const Result<BttGeometry> geometry =
      btt_geometry(slice->size_bytes, slice->sector_bytes, options.lanes);
  if (!geometry) return geometry.error();
  DaxWindow window(*slice);
  const int status = write_arena(window, *geometry);
  if (status == 0) return {};
  Error error = runtime_error("a btt cannot be written to '{}': {}; use another medium",
                              device.name(), std::strerror(-status));
  error.code = -status;
  return error;
}

Result<std::unique_ptr<BttDevice>> open_btt(DaxDevice& device, const BttOptions& options) {
  Result<DaxSlice> slice = btt_slice(device, options.slice);
  if (!slice) return slice.error();
  const Result<BttGeometry> geometry = load_geometry(*slice);
  if (!geometry) return geometry.error();
  slice->sector_bytes = geometry->sector_bytes;
  auto btt = std::make_unique<Btt>(*slice, *geometry, options.write_steps);
  if (const Status recovered = recover_btt(btt->arena()); !recovered) return recovered.error();
  return std::unique_ptr<BttDevice>(std::move(btt));
}

Error no_dax_of_btt(const DaxDevice& device) {
  return usage_error(
      "the btt on '{}' gives no dax device: its sectors move, so bytes have no address of their "
      "own; use a raw block device, or the dax device itself",
      device.name());
}

}  // namespace pmembench
