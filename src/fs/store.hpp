// Store: the bytes beneath a mount, on a dax device or on sectors. What a mount does with either is
// the same; what it costs is what one wants to compare.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "block/block_device.hpp"
#include "dax/dax_device.hpp"

namespace pmembench::fs {

// One thread's way to a store. Every call returns 0 or -EIO, whatever happened beneath: a bad
// block, the end of the device, its death.
class StoreSession {
 public:
  StoreSession() = default;
  StoreSession(const StoreSession&) = delete;
  StoreSession& operator=(const StoreSession&) = delete;
  virtual ~StoreSession() = default;
  virtual int read(std::uint64_t offset_bytes, std::span<std::byte> into) = 0;
  // Metadata: durable after this thread's next barrier().
  virtual int write(std::uint64_t offset_bytes, std::span<const std::byte> data) = 0;
  virtual int barrier() = 0;
  // Data: durable when it returns (dax), or after anybody's next data_barrier() (sectors).
  virtual int persist(std::uint64_t offset_bytes, std::span<const std::byte> data) = 0;
  virtual int data_barrier() = 0;
};

class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;
  [[nodiscard]] virtual std::uint64_t size_bytes() const = 0;
  [[nodiscard]] virtual bool sectors() const = 0;  // false: stores of 8 bytes, which are atomic
  // Sessions must not outlive the store. On the thread that will use it.
  virtual std::unique_ptr<StoreSession> session() = 0;
  // From now on metadata are written by way of this copy of the front of the store: a sector holds
  // bytes of many owners, so somebody has to know the others'. Before there is a second session.
  virtual void keep(std::vector<std::byte> image) = 0;
};

[[nodiscard]] std::unique_ptr<Store> make_dax_store(DaxDevice& device);
[[nodiscard]] std::unique_ptr<Store> make_block_store(BlockDevice& device);

// One batch over one range.
[[nodiscard]] dax_iter one_range(std::uint64_t offset_bytes, std::byte* buffer,
                                 std::uint64_t size_bytes);

}  // namespace pmembench::fs
