// The store on a dax device: every byte has its place, and durability is a flush and a fence.
#include <cerrno>

#include "fs/store.hpp"

namespace pmembench::fs {
namespace {

class DaxSession final : public StoreSession {
 public:
  explicit DaxSession(DaxDevice& device) : device_(device), reader_(device.make_reader()) {}

  int read(std::uint64_t offset_bytes, std::span<std::byte> into) override {
    dax_iter iter = one_range(offset_bytes, into.data(), into.size());
    const ReadSection section(reader_);
    return whole(device_.copy_to_iter(section, iter), into.size());
  }
  int write(std::uint64_t offset_bytes, std::span<const std::byte> data) override {
    dax_iter iter = range_of(offset_bytes, data);
    dax_iter lines = iter;
    const ReadSection section(reader_);
    const int copied = whole(device_.copy_from_iter(section, iter), data.size());
    if (copied < 0) return copied;
    return device_.flush(reader_, lines) < 0 ? -EIO : 0;
  }
  int barrier() override { return device_.drain(reader_) < 0 ? -EIO : 0; }
  int persist(std::uint64_t offset_bytes, std::span<const std::byte> data) override {
    dax_iter iter = range_of(offset_bytes, data);
    const ReadSection section(reader_);
    return whole(device_.persist_from_iter(section, iter), data.size());
  }
  int data_barrier() override { return 0; }

 private:
  // The device only reads what it copies from; its iterator serves both directions.
  static dax_iter range_of(std::uint64_t offset_bytes, std::span<const std::byte> data) {
    return one_range(offset_bytes, const_cast<std::byte*>(data.data()), data.size());
  }
  static int whole(std::int64_t done, std::size_t asked) {
    return done == static_cast<std::int64_t>(asked) ? 0 : -EIO;
  }
  DaxDevice& device_;
  DaxReader reader_;
};

class DaxStore final : public Store {
 public:
  explicit DaxStore(DaxDevice& device) : device_(device) {}
  std::uint64_t size_bytes() const override { return device_.size_bytes(); }
  bool sectors() const override { return false; }
  std::unique_ptr<StoreSession> session() override { return std::make_unique<DaxSession>(device_); }
  void keep(std::vector<std::byte>) override {}

 private:
  DaxDevice& device_;
};

}  // namespace

dax_iter one_range(std::uint64_t offset_bytes, std::byte* buffer, std::uint64_t size_bytes) {
  dax_iter iter{};
  iter.multiplier = 1;
  iter.slots = 1;
  iter.offset_bytes = offset_bytes;
  iter.granule_bytes = size_bytes;
  iter.size_bytes = size_bytes;
  iter.count = 1;
  iter.buffer = reinterpret_cast<unsigned char*>(buffer);
  return iter;
}

std::unique_ptr<Store> make_dax_store(DaxDevice& device) {
  return std::make_unique<DaxStore>(device);
}

}  // namespace pmembench::fs
