// The store on sectors: what is smaller than a sector is read, changed and written back.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>

#include "fs/layout.hpp"
#include "fs/store.hpp"

namespace pmembench::fs {
namespace {

// Sectors of metadata share this many locks.
constexpr std::size_t kStripes = 64;
// Direct I/O of the kernel wants buffers that begin at such an address.
constexpr std::uintptr_t kBufferAlignment = 512;

class BlockStore final : public Store {
 public:
  explicit BlockStore(BlockDevice& device)
      : device_(device), sector_bytes_(device.sector_bytes()) {}
  std::uint64_t size_bytes() const override { return device_.size_bytes(); }
  bool sectors() const override { return true; }
  std::unique_ptr<StoreSession> session() override;
  void keep(std::vector<std::byte> image) override { image_ = std::move(image); }

 private:
  friend class BlockStoreSession;
  BlockDevice& device_;
  std::uint64_t sector_bytes_;
  std::vector<std::byte> image_;  // whole blocks; a sector of it only under its stripe
  std::array<std::mutex, kStripes> stripes_;
};

class BlockStoreSession final : public StoreSession {
 public:
  explicit BlockStoreSession(BlockStore& store)
      : store_(store), session_(store.device_.session()), sector_bytes_(store.sector_bytes_) {}

  int read(std::uint64_t offset_bytes, std::span<std::byte> into) override {
    while (!into.empty()) {
      const Piece piece = piece_at(offset_bytes, into.data(), into.size());
      if (piece.direct) {
        if (transfer(offset_bytes, into.first(piece.bytes), false) < 0) return -EIO;
      } else {
        if (transfer(piece.sector, bounce(), false) < 0) return -EIO;
        std::memcpy(into.data(), bounce_.data() + (offset_bytes - piece.sector), piece.bytes);
      }
      offset_bytes += piece.bytes;
      into = into.subspan(piece.bytes);
    }
    return 0;
  }
  int write(std::uint64_t offset_bytes, std::span<const std::byte> data) override {
    if (offset_bytes + data.size() > store_.image_.size()) return persist(offset_bytes, data);
    while (!data.empty()) {
      const std::uint64_t sector = offset_bytes / sector_bytes_ * sector_bytes_;
      const std::size_t part = std::min(data.size(), sector + sector_bytes_ - offset_bytes);
      const std::scoped_lock lock(store_.stripes_[sector / sector_bytes_ % kStripes]);
      std::memcpy(store_.image_.data() + offset_bytes, data.data(), part);
      std::memcpy(bounce_.data(), store_.image_.data() + sector, sector_bytes_);
      if (transfer(sector, bounce(), true) < 0) return -EIO;
      offset_bytes += part;
      data = data.subspan(part);
    }
    return 0;
  }
  int barrier() override { return session_->flush() < 0 ? -EIO : 0; }
  int persist(std::uint64_t offset_bytes, std::span<const std::byte> data) override {
    while (!data.empty()) {
      const Piece piece = piece_at(offset_bytes, data.data(), data.size());
      if (piece.direct) {
        // The device only reads what it writes; its iterator serves both directions.
        const std::span<std::byte> part(const_cast<std::byte*>(data.data()), piece.bytes);
        if (transfer(offset_bytes, part, true) < 0) return -EIO;
      } else {
        const bool whole = piece.bytes == sector_bytes_;
        if (!whole && transfer(piece.sector, bounce(), false) < 0) return -EIO;
        std::memcpy(bounce_.data() + (offset_bytes - piece.sector), data.data(), piece.bytes);
        if (transfer(piece.sector, bounce(), true) < 0) return -EIO;
      }
      offset_bytes += piece.bytes;
      data = data.subspan(piece.bytes);
    }
    return 0;
  }
  int data_barrier() override { return barrier(); }

 private:
  // The next part of a transfer: whole sectors straight, or a part of one by way of a buffer.
  struct Piece {
    std::uint64_t sector = 0;
    std::size_t bytes = 0;
    bool direct = false;
  };
  [[nodiscard]] Piece piece_at(std::uint64_t offset_bytes, const std::byte* buffer,
                               std::size_t size) const {
    Piece piece;
    piece.sector = offset_bytes / sector_bytes_ * sector_bytes_;
    piece.direct = piece.sector == offset_bytes && size >= sector_bytes_ &&
                   reinterpret_cast<std::uintptr_t>(buffer) % kBufferAlignment == 0;
    piece.bytes = piece.direct ? size / sector_bytes_ * sector_bytes_
                               : std::min(size, piece.sector + sector_bytes_ - offset_bytes);
    return piece;
  }
  std::span<std::byte> bounce() { return std::span(bounce_).first(sector_bytes_); }
  int transfer(std::uint64_t offset_bytes, std::span<std::byte> buffer, bool writes) {
    dax_iter iter = one_range(offset_bytes, buffer.data(), buffer.size());
    const std::int64_t done = writes ? session_->write(iter) : session_->read(iter);
    return done == static_cast<std::int64_t>(buffer.size()) ? 0 : -EIO;
  }

  BlockStore& store_;
  std::unique_ptr<BlockSession> session_;
  std::uint64_t sector_bytes_;
  alignas(kBlockBytes) std::array<std::byte, kBlockBytes> bounce_{};
};

std::unique_ptr<StoreSession> BlockStore::session() {
  return std::make_unique<BlockStoreSession>(*this);
}

}  // namespace

std::unique_ptr<Store> make_block_store(BlockDevice& device) {
  return std::make_unique<BlockStore>(device);
}

}  // namespace pmembench::fs
