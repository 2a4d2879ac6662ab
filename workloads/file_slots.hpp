// FileSlots: equal pieces of a file that are written again and again, and what each contains now.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "workloads/file_content.hpp"
#include "workloads/file_interface.hpp"

namespace pmembench {

struct SlotShape {
  std::uint64_t offset_bytes = 0;  // of the first slot in the file; the others follow
  std::uint64_t size_bytes = 0;
  std::uint64_t slots = 0;
};

// One thread's pieces of one file. Each write takes other content, under another key.
class FileSlots {
 public:
  // `owner` distinguishes these slots from those of other threads and files.
  FileSlots(const SlotShape& shape, std::uint64_t owner)
      : shape_(shape), owner_(mix_seed(owner)), generations_(shape.slots) {}

  [[nodiscard]] std::uint64_t offset_of(std::uint64_t slot) const {
    return shape_.offset_bytes + slot * shape_.size_bytes;
  }
  [[nodiscard]] const SlotShape& shape() const { return shape_; }
  // What the slot contains, and what it will: its next generation.
  [[nodiscard]] std::span<const std::byte> current(const FileContent& content,
                                                   std::uint64_t slot) const {
    return content.at(key_of(slot), 0, shape_.size_bytes);
  }
  std::span<const std::byte> renew(const FileContent& content, std::uint64_t slot) {
    ++generations_[slot];
    return current(content, slot);
  }
  // Writes all slots as they are now. Cold. `content` must give a slot at once.
  Status fill(FileInterface& files, int file, const FileContent& content) const;
  // Reads up to 16 MiB of the slots, spread over all. Cold.
  Status verify(FileInterface& files, int file, const FileContent& content,
                std::string_view name) const;
  // Is `found` what the slot contains?
  Status check(const FileContent& content, std::string_view name, std::uint64_t slot,
               std::span<const std::byte> found) const;

 private:
  [[nodiscard]] std::uint64_t key_of(std::uint64_t slot) const {
    return mix_seed(owner_ + (slot << 32) + generations_[slot]);
  }
  SlotShape shape_;
  std::uint64_t owner_;
  std::vector<std::uint32_t> generations_;
};

}  // namespace pmembench
