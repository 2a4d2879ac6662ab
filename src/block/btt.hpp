// btt: the block translation that keeps sectors whole, after the kernel's (drivers/nvdimm/btt.c).
// A sector is written to a free block and then moved into place by one store to the map.
//
// Where it differs from the kernel's: one arena (of at most 512 GiB); fewer fences (see
// btt_write_steps); and a copy of the map in DRAM that is written through, because operations of a
// dax device may not race on the same bytes. A read therefore saves one load from the medium.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "block/block_device.hpp"
#include "block/slice.hpp"

namespace pmembench {

// What a write of one sector is made of.
enum class BttStep : std::uint8_t {
  store_data,           // the sector, into the lane's free block
  store_flog_blocks,    // first half of the flog entry: the sector's number and its old block
  store_flog_sequence,  // second half: its new block and the sequence number
  store_map,            // the map entry: the new block
  fence,                // waits until all stores before it are durable
};

// The order that is correct. Data becomes durable in a block that nothing points to; the flog
// records what is about to happen, its sequence number last; then the map. After a crash in
// between, the next open of the arena completes the write. So the sector is durable once its
// sequence number is. One more fence, after the last step, is the first one of the session's next
// sector, or else ends the request. The kernel has a fourth, after the data, which the one after it
// makes unnecessary.
std::vector<BttStep> btt_write_steps();

struct BttOptions {
  SliceOptions slice;       // its offset is a multiple of 4096; the sector counts when formatting
  std::uint32_t lanes = 0;  // free blocks, and writes that go on at once; 0: for 64 sectors one
  // Another order than btt_write_steps(): for tests that show why it is the one.
  std::vector<BttStep> write_steps = btt_write_steps();
};

// Sectors are atomic, and durable when their write returns, of a request of many each before the
// next begins; flush() has nothing left to do.
//
// A read that meets a bad block sets the sector's E flag: it fails with -EIO until the sector is
// written again, also after the next open. A write goes to another block; the bad one is repaired
// when its lane uses it, which recovery_write can do for sectors of 4096 bytes only. Where a store
// to flog or map fails, all later writes fail with -EIO: what the medium holds is no longer known.
//
// As many sessions as there are lanes work at once; more of them share lanes, and wait for one
// another's requests.
class BttDevice : public BlockDevice {
 public:
  // Errors (runtime): a block that is both mapped and free, or mapped twice, or lost. No session is
  // in a request.
  [[nodiscard]] virtual Status check_structure() const = 0;
  [[nodiscard]] virtual std::uint32_t lanes() const = 0;
};

// Makes an empty arena; what the data blocks hold stays there, as on any block device. Refuses what
// make_slice refuses, an offset that is not whole pages, a backend that cannot write 4 bytes, more
// than 256 lanes, a slice that is too small.
Status format_btt(DaxDevice& device, const BttOptions& options = {});

// Reads info block, map and flog, and completes what a crash interrupted. The device outlives the
// result. Errors: no arena there, one of a newer version, a damaged one, a bad block in it.
Result<std::unique_ptr<BttDevice>> open_btt(DaxDevice& device, const BttOptions& options = {});

// What a btt's lookup answers, without opening it.
[[nodiscard]] Error no_dax_of_btt(const DaxDevice& device);

}  // namespace pmembench
