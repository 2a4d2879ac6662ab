// The block paths: ranges as requests to a block presentation of the device.
#pragma once

#include <memory>

#include "block/block_device.hpp"
#include "workloads/path.hpp"

namespace pmembench {

// A block device as fixture. Each path on it has its own session.
class BlockFixture final : public PathFixture {
 public:
  // `below`: on which `block` is built, and which outlives it; or null.
  explicit BlockFixture(std::unique_ptr<BlockDevice> block,
                        std::unique_ptr<BlockDevice> below = nullptr)
      : below_(std::move(below)), block_(std::move(block)) {}
  [[nodiscard]] std::uint64_t size_bytes() const override { return block_->size_bytes(); }
  [[nodiscard]] std::map<std::string, std::uint64_t> counters() const override {
    return block_->counters();
  }
  [[nodiscard]] BlockDevice& block() { return *block_; }

 private:
  std::unique_ptr<BlockDevice> below_;
  std::unique_ptr<BlockDevice> block_;
};

// persist: each range by write_fua. drain: flush. There are no addresses: what a block device holds
// is reached by its requests alone.
Result<std::unique_ptr<Path>> make_block_path(DaxDevice& device, PathFixture* fixture);

PathType block_raw_path();
PathType block_partition_path();
PathType block_btt_path();
PathType block_rmw_path();
PathType kernel_path();

}  // namespace pmembench
