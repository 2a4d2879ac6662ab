// The store on sectors: what is smaller than a sector is read, changed and written back.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>

#include "block/byte_store.hpp"

namespace pmembench {
namespace {

// Sectors of metadata share this many locks.
constexpr std::size_t kStripes = 64;
// Direct I/O of the kernel wants buffers that begin at such an address.
constexpr std::uintptr_t kBufferAlignment = 512;
constexpr std::size_t kMaximumSector = 4096;

struct SectorStore final : ByteStore {
  explicit SectorStore(BlockDevice& below) : device(below), sector_bytes(below.sector_bytes()) {}
  std::uint64_t size_bytes() const override { return device.size_bytes(); }
  bool sectors() const override { return true; }
  std::unique_ptr<ByteSession> session() override;
  void keep(std::vector<std::byte> front) override { image = std::move(front); }

  BlockDevice& device;
  std::uint64_t sector_bytes;
  std::vector<std::byte> image;  // whole sectors; one of it only under its stripe
  std::array<std::mutex, kStripes> stripes;
};

class SectorSession final : public ByteSession {
 public:
  explicit SectorSession(SectorStore& store)
      : store_(store), session_(store.device.session()), sector_bytes_(store.sector_bytes) {}

  int read(std::uint64_t offset_bytes, std::span<std::byte> into) override {
    while (!into.empty()) {
      const Piece piece = piece_at(offset_bytes, into.data(), into.size());
      const auto part = into.first(piece.bytes);
      const auto target = piece.direct ? part : bounce();
      if (session_->read_at(piece.sector, target) < 0) return -EIO;
      if (!piece.direct) {
        std::memcpy(part.data(), bounce_.data() + (offset_bytes - piece.sector), part.size());
      }
      offset_bytes += piece.bytes;
      into = into.subspan(piece.bytes);
    }
    return 0;
  }
  int write(std::uint64_t offset_bytes, std::span<const std::byte> data) override {
    if (offset_bytes + data.size() > store_.image.size()) return persist(offset_bytes, data);
    while (!data.empty()) {
      const std::uint64_t sector = offset_bytes / sector_bytes_ * sector_bytes_;
      const std::size_t part = std::min(data.size(), sector + sector_bytes_ - offset_bytes);
      const std::scoped_lock lock(store_.stripes[sector / sector_bytes_ % kStripes]);
      std::memcpy(store_.image.data() + offset_bytes, data.data(), part);
      std::memcpy(bounce_.data(), store_.image.data() + sector, sector_bytes_);
      if (session_->write_at(sector, bounce()) < 0) return -EIO;
      offset_bytes += part;
      data = data.subspan(part);
    }
    return 0;
  }
  int barrier() override { return session_->flush() < 0 ? -EIO : 0; }
  int persist(std::uint64_t offset_bytes, std::span<const std::byte> data) override {
    while (!data.empty()) {
      const Piece piece = piece_at(offset_bytes, data.data(), data.size());
      auto source = data.first(piece.bytes);
      if (!piece.direct) {
        const bool whole = piece.bytes == sector_bytes_;
        if (!whole && session_->read_at(piece.sector, bounce()) < 0) return -EIO;
        std::memcpy(bounce_.data() + (offset_bytes - piece.sector), data.data(), piece.bytes);
        source = bounce();
      }
      if (session_->write_at(piece.sector, source) < 0) return -EIO;
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

  SectorStore& store_;
  std::unique_ptr<BlockSession> session_;
  std::uint64_t sector_bytes_;
  alignas(kMaximumSector) std::array<std::byte, kMaximumSector> bounce_{};
};

std::unique_ptr<ByteSession> SectorStore::session() {
  return std::make_unique<SectorSession>(*this);
}

}  // namespace

std::unique_ptr<ByteStore> make_sector_store(BlockDevice& device) {
  return std::make_unique<SectorStore>(device);
}

}  // namespace pmembench
