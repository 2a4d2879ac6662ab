#include "audit/registers.hpp"

#include <cpuid.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace pmembench {
namespace {

// XSAVE components (Intel SDM vol. 1, 13.1): where each begins is CPUID leaf 0xD's answer.
constexpr unsigned kUpperHalvesOfYmm = 2;
constexpr unsigned kOpmasks = 5;
constexpr unsigned kUpperHalvesOfZmm = 6;
constexpr unsigned kUpperZmm = 7;
constexpr std::uint64_t kXmmOffset = 160;  // of the legacy area

std::uint64_t component_offset(unsigned component) {
  unsigned size = 0, offset = 0, ecx = 0, edx = 0;
  if (__get_cpuid_count(0xD, component, &size, &offset, &ecx, &edx) == 0) return 0;
  return offset;
}

constexpr std::array<unsigned long long user_regs_struct::*, 17> kGeneral = {
    &user_regs_struct::rax, &user_regs_struct::rcx, &user_regs_struct::rdx, &user_regs_struct::rbx,
    &user_regs_struct::rsp, &user_regs_struct::rbp, &user_regs_struct::rsi, &user_regs_struct::rdi,
    &user_regs_struct::r8,  &user_regs_struct::r9,  &user_regs_struct::r10, &user_regs_struct::r11,
    &user_regs_struct::r12, &user_regs_struct::r13, &user_regs_struct::r14, &user_regs_struct::r15,
    &user_regs_struct::rip};

std::uint64_t address_of(const MemoryOperand& operand, unsigned length,
                         const user_regs_struct& registers) {
  std::uint64_t address = static_cast<std::uint64_t>(operand.displacement);
  if (operand.base != MemoryOperand::kNoRegister) {
    address += general_register_of(registers, operand.base);
    if (operand.base == MemoryOperand::kInstructionPointer) address += length;
  }
  if (operand.index != MemoryOperand::kNoRegister) {
    address += general_register_of(registers, operand.index) * operand.scale;
  }
  if (operand.segment == MemoryOperand::Segment::fs) address += registers.fs_base;
  if (operand.segment == MemoryOperand::Segment::gs) address += registers.gs_base;
  return address;
}

// Bit i: lane i is stored.
std::uint64_t lane_mask(const Instruction& instruction, unsigned lanes,
                        const ExtendedState& state) {
  const std::uint64_t every = lanes >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << lanes) - 1;
  switch (instruction.lanes) {
    case Lanes::all:
      return every;
    case Lanes::opmask:
      return state.opmask(instruction.mask_register) & every;
    case Lanes::compressed: {
      const int set = std::popcount(state.opmask(instruction.mask_register) & every);
      return set >= 64 ? every : (std::uint64_t{1} << set) - 1;
    }
    case Lanes::vector_sign:
      break;
  }
  const unsigned bytes = instruction.element_bytes;
  const std::vector<std::byte> mask = state.vector(instruction.mask_register, lanes * bytes);
  std::uint64_t bits = 0;
  for (unsigned lane = 0; lane < lanes; ++lane) {
    const bool sign = (mask[(lane + 1) * bytes - 1] & std::byte{0x80}) != std::byte{0};
    if (sign) bits |= std::uint64_t{1} << lane;
  }
  return bits;
}

// The masked lanes of one operand, neighbouring ones as one access.
void add_masked(const Instruction& instruction, const MemoryOperand& operand, std::uint64_t address,
                const ExtendedState& state, std::vector<MemoryAccess>* out) {
  const unsigned element = std::max(1U, instruction.element_bytes);
  const unsigned lanes = std::max(1U, operand.size_bytes / element);
  const std::uint64_t mask = lane_mask(instruction, lanes, state);
  for (unsigned lane = 0; lane < lanes; ++lane) {
    if ((mask >> lane & 1U) == 0) continue;
    const bool goes_on = lane > 0 && (mask >> (lane - 1) & 1U) != 0;
    if (goes_on) {
      out->back().size_bytes += element;
    } else {
      out->push_back(
          {address + std::uint64_t{lane} * element, element, operand.read, operand.written});
    }
  }
}

void add_scattered(const Instruction& instruction, const MemoryOperand& operand,
                   std::uint64_t address, const ExtendedState& state,
                   std::vector<MemoryAccess>* out) {
  const unsigned element = std::max(1U, instruction.element_bytes);
  const unsigned lanes = instruction.index_count;
  const std::uint64_t mask = lane_mask(instruction, lanes, state);
  const unsigned width = instruction.index_bytes;
  const std::vector<std::byte> indices = state.vector(operand.vector_index, lanes * width);
  for (unsigned lane = 0; lane < lanes; ++lane) {
    if ((mask >> lane & 1U) == 0) continue;
    std::int64_t index = 0;
    if (width == 4) {
      std::int32_t narrow = 0;
      std::memcpy(&narrow, indices.data() + lane * width, sizeof narrow);
      index = narrow;
    } else {
      std::memcpy(&index, indices.data() + lane * width, sizeof index);
    }
    out->push_back({address + static_cast<std::uint64_t>(index) * operand.scale, element,
                    operand.read, operand.written});
  }
}

}  // namespace

std::uint64_t general_register_of(const user_regs_struct& registers, int number) {
  return registers.*kGeneral[static_cast<std::size_t>(number)];
}

void set_general_register(user_regs_struct& registers, int number, std::uint64_t value) {
  registers.*kGeneral[static_cast<std::size_t>(number)] = value;
}

void ExtendedState::copy_part(std::uint64_t offset, std::span<std::byte> to) const {
  if (offset + to.size() > area_.size()) return;
  std::memcpy(to.data(), area_.data() + offset, to.size());
}

std::vector<std::byte> ExtendedState::vector(int number, unsigned size_bytes) const {
  std::vector<std::byte> value(64);
  const std::span<std::byte> whole(value);
  const auto at = static_cast<std::uint64_t>(number);
  if (number < 16) {
    copy_part(kXmmOffset + at * 16, whole.first(16));
    if (const std::uint64_t upper = component_offset(kUpperHalvesOfYmm); upper != 0) {
      copy_part(upper + at * 16, whole.subspan(16, 16));
    }
    if (const std::uint64_t upper = component_offset(kUpperHalvesOfZmm); upper != 0) {
      copy_part(upper + at * 32, whole.subspan(32, 32));
    }
  } else if (const std::uint64_t upper = component_offset(kUpperZmm); upper != 0) {
    copy_part(upper + (at - 16) * 64, whole);
  }
  value.resize(std::min<std::size_t>(size_bytes, value.size()));
  return value;
}

std::uint64_t ExtendedState::opmask(int number) const {
  std::uint64_t mask = 0;
  const std::uint64_t offset = component_offset(kOpmasks);
  if (offset == 0) return mask;
  copy_part(offset + static_cast<std::uint64_t>(number) * sizeof mask,
            std::as_writable_bytes(std::span(&mask, 1)));
  return mask;
}

void accesses_of(const Instruction& instruction, const user_regs_struct& registers,
                 const ReadExtendedState& extended, std::vector<MemoryAccess>* out) {
  out->clear();
  if (instruction.repeats && registers.rcx == 0) return;
  for (const MemoryOperand& operand : instruction.operands) {
    std::uint64_t address = address_of(operand, instruction.length, registers);
    if (instruction.line_at_operand) address &= ~std::uint64_t{63};
    if (operand.vector_index != MemoryOperand::kNoRegister) {
      add_scattered(instruction, operand, address, extended(), out);
    } else if (instruction.lanes != Lanes::all && operand.written) {
      add_masked(instruction, operand, address, extended(), out);
    } else {
      out->push_back({address, operand.size_bytes, operand.read, operand.written});
    }
  }
}

}  // namespace pmembench
