// The store on a dax device: every byte has its place, and durability is a flush and a fence.
#include <cerrno>

#include "block/byte_store.hpp"
#include "block/dax_window.hpp"

namespace pmembench {
namespace {

class DaxSession final : public ByteSession {
 public:
  explicit DaxSession(const DaxSlice& slice) : window_(slice), size_bytes_(slice.size_bytes) {}

  int read(std::uint64_t offset_bytes, std::span<std::byte> into) override {
    if (!inside(offset_bytes, into.size())) return -EIO;
    return status(window_.load(offset_bytes, into.data(), into.size()));
  }
  int write(std::uint64_t offset_bytes, std::span<const std::byte> data) override {
    if (!inside(offset_bytes, data.size())) return -EIO;
    return status(window_.store(offset_bytes, data.data(), data.size()));
  }
  int barrier() override { return status(window_.drain()); }
  int persist(std::uint64_t offset_bytes, std::span<const std::byte> data) override {
    if (!inside(offset_bytes, data.size())) return -EIO;
    return status(window_.persist(offset_bytes, data.data(), data.size()));
  }
  int data_barrier() override { return 0; }

 private:
  [[nodiscard]] bool inside(std::uint64_t offset_bytes, std::uint64_t size_bytes) const {
    return offset_bytes <= size_bytes_ && size_bytes <= size_bytes_ - offset_bytes;
  }
  static int status(int result) { return result < 0 ? -EIO : 0; }

  DaxWindow window_;
  std::uint64_t size_bytes_;
};

class DaxStore final : public ByteStore {
 public:
  explicit DaxStore(const DaxSlice& slice) : slice_(slice) {}
  std::uint64_t size_bytes() const override { return slice_.size_bytes; }
  bool sectors() const override { return false; }
  std::unique_ptr<ByteSession> session() override { return std::make_unique<DaxSession>(slice_); }
  void keep(std::vector<std::byte>) override {}

 private:
  DaxSlice slice_;
};

}  // namespace

Result<std::unique_ptr<ByteStore>> make_dax_store(DaxDevice& device) {
  const dax_operations* const table = device.operations();
  if (table == nullptr || table->alignment_bytes > 1 || table->minimum_io_bytes > 1) {
    return environment_error(
        "{} cannot be written byte by byte (its backend copies whole units); mount a block device "
        "over it",
        device.name());
  }
  const bool needs_flush = (table->capabilities & DAX_CAP_NEEDS_FLUSH) != 0;
  const DaxSlice slice{&device, 0, device.size_bytes(), 1, needs_flush};
  return std::unique_ptr<ByteStore>(std::make_unique<DaxStore>(slice));
}

}  // namespace pmembench
