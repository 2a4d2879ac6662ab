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
};

// Not thread-safe: it lies under its inode's lock.
class ExtentMap {
 public:
  // The extent that holds `block`, or null.
  [[nodiscard]] const Extent* find(std::uint32_t block) const;
  // The first extent that begins at or behind `block`, or null.
  [[nodiscard]] const Extent* next(std::uint32_t block) const;
  // Where block `block` would best lie: behind its predecessor in the file.
  [[nodiscard]] std::uint32_t goal(std::uint32_t block) const;
  [[nodiscard]] const std::vector<Extent>& all() const { return extents_; }
  [[nodiscard]] bool empty() const { return extents_.empty(); }

  // The blocks now lie in `run`; what they lay in before is added to `freed`. Takes two slots at
  // most.
  void map(std::uint32_t logical, Run run, std::vector<Run>& freed);
  // The blocks from `logical` on are holes.
  void cut(std::uint32_t logical, std::uint32_t count, std::vector<Run>& freed);
  // Takes the last extent away, or what of it lies from `from` on.
  void cut_last(std::uint32_t from, std::vector<Run>& freed);

  // ---- slots ----
  [[nodiscard]] std::uint32_t slots_used() const {
    return static_cast<std::uint32_t>(slots_.size());
  }
  [[nodiscard]] std::uint32_t slots_free() const {
    return static_cast<std::uint32_t>(free_.size());
  }
  [[nodiscard]] const std::vector<std::uint32_t>& dirty() const { return dirty_; }
  [[nodiscard]] const ExtentSlot& slot(std::uint32_t index) const { return slots_[index]; }
  void clean() { dirty_.clear(); }
  // As read from the device: in slot order, then sorted once by finish(). False: two overlap.
  void read_slot(const ExtentSlot& slot);
  [[nodiscard]] bool finish();
  void clear() { *this = ExtentMap(); }

 private:
  [[nodiscard]] std::size_t position(std::uint32_t block) const;
  void touch(const Extent& extent);
  void release(std::uint32_t slot);
  void insert(std::uint32_t logical, Run run);

  std::vector<Extent> extents_;       // in file order
  std::vector<ExtentSlot> slots_;     // as on the device, without checksums
  std::vector<std::uint32_t> free_;   // unused ones
  std::vector<std::uint32_t> dirty_;  // changed since clean(), some perhaps twice
};

}  // namespace pmembench::fs
