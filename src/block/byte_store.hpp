// ByteStore: bytes that can be made durable, on a dax device or on sectors, for code that keeps
// structures on either. The code is the same on both; the comparison is of what it costs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "block/block_device.hpp"
#include "dax/dax_device.hpp"

namespace pmembench {

// One thread's way to a store. Every call returns 0 or -EIO; the latter for any failure beneath: a
// bad block, the end of the device, a dead device.
class ByteSession {
 public:
  ByteSession() = default;
  ByteSession(const ByteSession&) = delete;
  ByteSession& operator=(const ByteSession&) = delete;
  virtual ~ByteSession() = default;
  virtual int read(std::uint64_t offset_bytes, std::span<std::byte> into) = 0;
  // Metadata: durable after this thread's next barrier().
  virtual int write(std::uint64_t offset_bytes, std::span<const std::byte> data) = 0;
  virtual int barrier() = 0;
  // Data: durable when it returns (dax), or after anybody's next data_barrier() (sectors).
  virtual int persist(std::uint64_t offset_bytes, std::span<const std::byte> data) = 0;
  virtual int data_barrier() = 0;
};

class ByteStore {
 public:
  ByteStore() = default;
  ByteStore(const ByteStore&) = delete;
  ByteStore& operator=(const ByteStore&) = delete;
  virtual ~ByteStore() = default;
  [[nodiscard]] virtual std::uint64_t size_bytes() const = 0;
  [[nodiscard]] virtual bool sectors() const = 0;  // false: stores of 8 bytes, which are atomic
  // Sessions must not outlive the store. On the thread that will use it.
  virtual std::unique_ptr<ByteSession> session() = 0;
  // From now on metadata are written by way of this copy of the front of the store: a sector holds
  // bytes of many owners, so somebody has to know the others'. Before there is a second session.
  virtual void keep(std::vector<std::byte> image) = 0;
};

// Refused (environment) where the device's backend copies whole units only.
[[nodiscard]] Result<std::unique_ptr<ByteStore>> make_dax_store(DaxDevice& device);
[[nodiscard]] std::unique_ptr<ByteStore> make_sector_store(BlockDevice& device);

}  // namespace pmembench
