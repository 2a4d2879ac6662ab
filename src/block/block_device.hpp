// BlockDevice: sectors. A generic layer over any dax device (raw, btt, rmw), or a real block device
// or file (kernel) behind the same interface. No dax code knows of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"
#include "dax/dax_device.hpp"

namespace pmembench {

// One thread's way to a block device; must not outlive it. Offsets and sizes of the ranges of
// `iter` are whole sectors. The two transfers do the ranges one request after the other (a queue
// deeper than one is the kernel device's own matter), leave `iter` where the next batch goes on,
// and return the bytes done. A request that fails ends the batch: then the bytes of those before
// it, or its negative errno if it was the first, and `iter` points to it: -EIO bad block or beyond
// the end, -EINVAL not whole sectors, -ENXIO the device beneath is dead.
class BlockSession {
 public:
  BlockSession() = default;
  BlockSession(const BlockSession&) = delete;
  BlockSession& operator=(const BlockSession&) = delete;
  virtual ~BlockSession() = default;
  virtual std::int64_t read(dax_iter& iter) = 0;   // device -> buffer
  virtual std::int64_t write(dax_iter& iter) = 0;  // durable after flush(); btt: when it returns
  // Each range durable before the next begins (REQ_FUA), independent of what was written before it.
  // As write and flush for every range, in fewer steps if there is such a way.
  virtual std::int64_t write_fua(dax_iter& iter);
  // What this device acknowledged before, by any session, is durable (REQ_PREFLUSH). 0 or -errno.
  virtual int flush() = 0;
  // One request, or several one after the other where the buffer is longer than a sector.
  int read_at(std::uint64_t offset_bytes, std::span<std::byte> buffer);
  int write_at(std::uint64_t offset_bytes, std::span<const std::byte> data);
};

// The dax device and byte offset beneath a block device's first sector.
struct DaxBeneath {
  DaxDevice* device = nullptr;
  std::uint64_t offset_bytes = 0;
};

class BlockDevice {
 public:
  BlockDevice() = default;
  BlockDevice(const BlockDevice&) = delete;
  BlockDevice& operator=(const BlockDevice&) = delete;
  virtual ~BlockDevice() = default;
  [[nodiscard]] virtual std::uint32_t sector_bytes() const = 0;  // 512 or 4096
  [[nodiscard]] virtual std::uint64_t size_bytes() const = 0;    // whole sectors
  // Is a sector whole, old or new, after a power loss in the middle of its write?
  [[nodiscard]] virtual bool atomic_sectors() const = 0;
  virtual std::unique_ptr<BlockSession> session() = 0;  // on the thread that will use it
  // Asked for by sessions, exact once they are idle: "sectors_read", "sectors_written", "flushes"
  // (a range of write_fua is one), and what a translation counts of its own ("blocks_erased").
  [[nodiscard]] virtual std::map<std::string, std::uint64_t> counters() const = 0;
  // The resources beneath it, which the layer that mounts it claims; dax() reports where its
  // sectors are.
  [[nodiscard]] virtual DaxDevice& below() = 0;
  // Refused (usage) with the reason where there is none: btt, rmw, kernel, or not page-aligned.
  virtual Result<DaxBeneath> dax() = 0;
};

}  // namespace pmembench
