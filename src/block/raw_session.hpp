// What raw and kernel share: sectors in their own places on a slice, and RawSession: batches of
// them as batches of the device's own operations.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "block/block_device.hpp"
#include "block/session_counts.hpp"
#include "block/slice.hpp"

namespace pmembench {

class RawSession final : public BlockSession {
 public:
  RawSession(const DaxSlice& slice, SessionCount& count);
  std::int64_t read(dax_iter& iter) override;
  std::int64_t write(dax_iter& iter) override;
  std::int64_t write_fua(dax_iter& iter) override;
  int flush() override;

 private:
  enum class Way { read, write, write_fua };
  template <Way way>
  std::int64_t transfer(dax_iter& iter);
  template <Way way>
  std::int64_t transfer_inside(dax_iter& iter);
  template <Way way>
  std::int64_t call(dax_iter& iter);
  template <Way way>
  int go_past_stop(dax_iter& iter, std::int64_t answer);

  DaxSlice slice_;
  SessionCount& count_;
  DaxReader reader_;
};

// A block device except for dax(), which each device implements itself.
class SectorsInPlace : public BlockDevice {
 public:
  explicit SectorsInPlace(const DaxSlice& slice) : slice_(slice) {}
  std::uint32_t sector_bytes() const override { return slice_.sector_bytes; }
  std::uint64_t size_bytes() const override { return slice_.size_bytes; }
  // Neither plain memory nor the sector sizes of a real block device promise it.
  bool atomic_sectors() const override { return false; }
  std::unique_ptr<BlockSession> session() override {
    return std::make_unique<RawSession>(slice_, *counts_.add().count);
  }
  std::map<std::string, std::uint64_t> counters() const override { return counts_.sum(); }
  DaxDevice& below() override { return *slice_.device; }

 protected:
  [[nodiscard]] const DaxSlice& slice() const { return slice_; }

 private:
  DaxSlice slice_;
  SessionCounts counts_;
};

}  // namespace pmembench
