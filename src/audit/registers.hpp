// Registers of a stopped thread, and the addresses that an instruction will use with them.
#pragma once

#include <sys/types.h>
#include <sys/user.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "audit/instruction.hpp"

namespace pmembench {

// Bytes of memory that one step reads or writes.
struct MemoryAccess {
  std::uint64_t address = 0;
  std::uint64_t size_bytes = 0;
  bool read = false;
  bool written = false;
  bool operator==(const MemoryAccess&) const = default;
};

// The extended state (XSAVE, standard format) of a thread: vector and mask registers.
class ExtendedState {
 public:
  ExtendedState() = default;
  explicit ExtendedState(std::vector<std::byte> area) : area_(std::move(area)) {}
  // The low `size_bytes` of vector register `number` (0..31).
  [[nodiscard]] std::vector<std::byte> vector(int number, unsigned size_bytes) const;
  [[nodiscard]] std::uint64_t opmask(int number) const;
  [[nodiscard]] std::span<const std::byte> bytes() const { return area_; }

 private:
  void copy_part(std::uint64_t offset, std::span<std::byte> to) const;
  std::vector<std::byte> area_;
};

[[nodiscard]] std::uint64_t general_register_of(const user_regs_struct& registers, int number);
void set_general_register(user_regs_struct& registers, int number, std::uint64_t value);

// Reads the extended state of the thread; called only for instructions that need it.
using ReadExtendedState = std::function<ExtendedState()>;

// What `instruction`, about to run with `registers`, will read and write: the lanes that a mask
// excludes are left out, a scatter has one access a lane. For a flush: the one line, neither read
// nor written.
void accesses_of(const Instruction& instruction, const user_regs_struct& registers,
                 const ReadExtendedState& extended, std::vector<MemoryAccess>* out);

}  // namespace pmembench
