#include "block/rmw.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include "block/dax_window.hpp"
#include "block/requests.hpp"
#include "block/session_counts.hpp"

namespace pmembench {
namespace {

constexpr unsigned char kErased = 0xFF;
constexpr std::uint64_t kMostBlockBytes = std::uint64_t{64} << 20;

// The one cached block. Its window serves whichever thread holds the mutex.
class EraseBlocks {
 public:
  EraseBlocks(const DaxSlice& slice, const RmwOptions& options)
      : block_bytes_(options.erase_block_bytes),
        window_(slice),
        cache_(block_bytes_),
        erased_pattern_(options.erase ? block_bytes_ : 0, kErased) {}

  int read(std::uint64_t offset, unsigned char* to, std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    return each_part(
        offset, size,
        [&](std::uint64_t block, std::uint64_t at, std::uint64_t part, std::uint64_t done) {
          if (state_ == State::empty || block != cached_) {
            return window_.load(block + at, to + done, part);
          }
          std::memcpy(to + done, cache_.data() + at, part);
          return 0;
        });
  }

  int write(std::uint64_t offset, const unsigned char* from, std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    return each_part(
        offset, size,
        [&](std::uint64_t block, std::uint64_t at, std::uint64_t part, std::uint64_t done) {
          return part == block_bytes_ ? write_whole(block, from + done)
                                      : write_part(block, at, from + done, part);
        });
  }

  int flush() {
    const std::lock_guard lock(mutex_);
    return write_back();
  }

  void add_counters(std::map<std::string, std::uint64_t>& sums) const {
    const std::lock_guard lock(mutex_);
    sums["blocks_written"] = written_;
    sums["blocks_erased"] = erased_;
    sums["blocks_read"] = read_;
  }

 private:
  enum class State { empty, clean, dirty };

  template <typename Part>
  int each_part(std::uint64_t offset, std::uint64_t size, Part part) {
    for (std::uint64_t done = 0; done < size;) {
      const std::uint64_t at = (offset + done) & (block_bytes_ - 1);
      const std::uint64_t bytes = std::min(size - done, block_bytes_ - at);
      const int status = part(offset + done - at, at, bytes, done);
      if (status < 0) return status;
      done += bytes;
    }
    return 0;
  }

  // Durable when it returns, as an erase block is once it is programmed.
  int erase_write(std::uint64_t block, const unsigned char* data) {
    if (!erased_pattern_.empty()) {
      const int erased = window_.persist_over(block, erased_pattern_.data(), block_bytes_);
      if (erased < 0) return erased;
      ++erased_;
    }
    ++written_;
    return window_.persist_over(block, data, block_bytes_);
  }

  // The cache is empty afterwards, also where that failed: what it held is lost then.
  int write_back() {
    if (state_ != State::dirty) return 0;
    state_ = State::empty;
    return erase_write(cached_, cache_.data());
  }

  int write_whole(std::uint64_t block, const unsigned char* from) {
    if (block == cached_) state_ = State::empty;
    return erase_write(block, from);
  }

  int write_part(std::uint64_t block, std::uint64_t at, const unsigned char* from,
                 std::uint64_t size) {
    if (state_ == State::empty || block != cached_) {
      const int written = write_back();
      if (written < 0) return written;
      state_ = State::empty;
      const int loaded = window_.load(block, cache_.data(), block_bytes_);
      if (loaded < 0) return loaded;
      ++read_;
      cached_ = block;
    }
    std::memcpy(cache_.data() + at, from, size);
    state_ = State::dirty;
    return 0;
  }

  std::uint64_t block_bytes_;
  mutable std::mutex mutex_;
  DaxWindow window_;
  std::vector<unsigned char> cache_;
  std::vector<unsigned char> erased_pattern_;  // empty where there is no erase pass
  State state_ = State::empty;
  std::uint64_t cached_ = 0;  // offset of the cached block
  std::uint64_t written_ = 0;
  std::uint64_t erased_ = 0;
  std::uint64_t read_ = 0;
};

class RmwSession final : public BlockSession {
 public:
  RmwSession(const DaxSlice& slice, EraseBlocks& blocks, SessionCount& count)
      : slice_(slice), blocks_(blocks), count_(count) {}

  std::int64_t read(dax_iter& iter) override {
    return count_sectors(
        count_.sectors_read,
        each_request(iter, slice_.sector_bytes, slice_.size_bytes, [&](std::uint64_t offset) {
          return blocks_.read(offset, iter.buffer, iter.size_bytes);
        }));
  }
  std::int64_t write(dax_iter& iter) override {
    return count_sectors(
        count_.sectors_written,
        each_request(iter, slice_.sector_bytes, slice_.size_bytes, [&](std::uint64_t offset) {
          // The cache would take what the device no longer can.
          if (!slice_.device->alive()) return -ENXIO;
          return blocks_.write(offset, iter.buffer, iter.size_bytes);
        }));
  }
  int flush() override {
    if (!slice_.device->alive()) return -ENXIO;
    const int status = blocks_.flush();
    if (status == 0) SessionCount::bump(count_.flushes, 1);
    return status;
  }

 private:
  [[nodiscard]] std::int64_t count_sectors(std::atomic<std::uint64_t>& counter,
                                           std::int64_t done) const {
    if (done > 0) {
      SessionCount::bump(counter,
                         static_cast<std::uint64_t>(done) >> __builtin_ctz(slice_.sector_bytes));
    }
    return done;
  }

  DaxSlice slice_;
  EraseBlocks& blocks_;
  SessionCount& count_;
};

class Rmw final : public BlockDevice {
 public:
  Rmw(const DaxSlice& slice, const RmwOptions& options) : slice_(slice), blocks_(slice, options) {}
  ~Rmw() override {
    // As on close. No caller is left to receive an error.
    static_cast<void>(blocks_.flush());
  }

  std::uint32_t sector_bytes() const override { return slice_.sector_bytes; }
  std::uint64_t size_bytes() const override { return slice_.size_bytes; }
  bool atomic_sectors() const override { return false; }
  std::unique_ptr<BlockSession> session() override {
    return std::make_unique<RmwSession>(slice_, blocks_, *counts_.add().count);
  }
  std::map<std::string, std::uint64_t> counters() const override {
    std::map<std::string, std::uint64_t> sums = counts_.sum();
    blocks_.add_counters(sums);
    return sums;
  }
  DaxDevice& below() override { return *slice_.device; }
  Result<DaxBeneath> dax() override {
    return usage_error(
        "the rmw block device on '{}' gives no dax device: written data may be in its cache "
        "only; use a raw block device, or the dax device itself",
        slice_.device->name());
  }

 private:
  DaxSlice slice_;
  EraseBlocks blocks_;
  SessionCounts counts_;
};

}  // namespace

Status check_erase_block(const RmwOptions& options, std::uint64_t size_bytes) {
  const std::uint64_t block = options.erase_block_bytes;
  const bool power_of_two = (block & (block - 1)) == 0;
  if (block < options.slice.sector_bytes || block > kMostBlockBytes || !power_of_two) {
    return usage_error(
        "erase_block {} is not a power of two from the sector of {} bytes to {}; give one", block,
        options.slice.sector_bytes, kMostBlockBytes);
  }
  if (size_bytes == 0 || size_bytes >= block) return {};
  return usage_error(
      "erase_block {} leaves no room for one in {} bytes; make the medium larger or the block "
      "smaller",
      block, size_bytes);
}

Result<std::unique_ptr<BlockDevice>> make_rmw(DaxDevice& device, const RmwOptions& options) {
  Result<DaxSlice> slice = make_slice("an rmw block device", device, options.slice);
  if (!slice) return slice.error();
  const Status fits = check_erase_block(options, slice->size_bytes);
  if (!fits)
    return fits.error().with_context(fmt::format("an rmw block device over '{}'", device.name()));
  slice->size_bytes = slice->size_bytes / options.erase_block_bytes * options.erase_block_bytes;
  return std::unique_ptr<BlockDevice>(std::make_unique<Rmw>(*slice, options));
}

}  // namespace pmembench
