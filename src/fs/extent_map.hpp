// ExtentMap: which block of the device holds which block of a file, and which of its slots on the
// device have to be written again.
#pragma once

#include <cstdint>
#include <vector>

#include "fs/allocator.hpp"
#include "fs/layout.hpp"

namespace pmembench::fs {

struct Extent {
  std::uint32_t logical = 0;
  std::uint32_t count = 0;
  std::uint32_t physical = 0;
  std::uint32_t slot = 0;
  [[nodiscard]] std::uint32_t end() const { return logical + count; }
  [[nodiscard]] Run run() const { return {physical, count}; }
};

// What a slot on the device is to hold.
struct SlotChange {
  std::uint32_t slot = 0;
  ExtentSlot content;  // without its checksum
};

// Not thread-safe: it is protected by its inode's lock.
class ExtentMap {
 public:
  // The extent that holds `block`, or else the first one behind it, or null.
  [[nodiscard]] const Extent* at_or_behind(std::uint32_t block) const;
  // The best place for block `block`: behind its predecessor in the file.
  [[nodiscard]] std::uint32_t goal(std::uint32_t block) const;
  [[nodiscard]] const std::vector<Extent>& all() const { return extents_; }
  [[nodiscard]] bool empty() const { return extents_.empty(); }

  // Maps the blocks to `run`; the blocks they were mapped to before are added to `freed`. Takes two
  // slots at most.
  void map(std::uint32_t logical, Run run, std::vector<Run>& freed);
  // The blocks from `logical` on are holes.
  void cut(std::uint32_t logical, std::uint32_t count, std::vector<Run>& freed);

  // ---- slots ----
  [[nodiscard]] std::uint32_t slots_used() const { return slots_; }
  [[nodiscard]] std::size_t slots_free() const { return free_.size(); }
  // Since clean(); where a slot changed twice the later change counts.
  [[nodiscard]] const std::vector<SlotChange>& changes() const { return changes_; }
  void clean() { changes_.clear(); }
  // As read from the device: in slot order, then sorted once by finish(). False: two overlap.
  void read_slot(const ExtentSlot& slot);
  [[nodiscard]] bool finish();

 private:
  using Position = std::vector<Extent>::const_iterator;
  [[nodiscard]] Position position(std::uint32_t block) const;
  void change(std::uint32_t slot, const ExtentSlot& content);
  void insert(std::uint32_t logical, Run run);

  std::vector<Extent> extents_;  // in file order
  std::uint32_t slots_ = 0;
  std::vector<std::uint32_t> free_;  // unused slots
  std::vector<SlotChange> changes_;
};

}  // namespace pmembench::fs
