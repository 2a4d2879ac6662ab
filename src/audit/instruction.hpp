// Instruction: what one x86-64 instruction can do to memory that must survive a power loss.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace pmembench {

// Registers by their number in the instruction set: rax 0, rcx 1, rdx 2, rbx 3, rsp 4, rbp 5, rsi
// 6, rdi 7, r8 8, ... r15 15.
struct MemoryOperand {
  static constexpr int kNoRegister = -1;
  static constexpr int kInstructionPointer = 16;  // of the next instruction
  enum class Segment : std::uint8_t { none, fs, gs };

  int base = kNoRegister;
  int index = kNoRegister;         // a general register
  int vector_index = kNoRegister;  // a vector register: one address a lane
  unsigned scale = 1;
  std::int64_t displacement = 0;
  Segment segment = Segment::none;
  unsigned size_bytes = 0;
  bool read = false;
  bool written = false;
};

// Which of an operand's lanes are stored.
enum class Lanes : std::uint8_t {
  all,
  opmask,       // those whose bit of a mask register is set
  vector_sign,  // those whose element of a vector register has its highest bit set
  compressed    // as many, from the first one on, as bits of the mask register are set
};

struct Instruction {
  enum class Kind : std::uint8_t {
    other,
    flush,
    fence,
    system_call,
    pushes_flags,
    pops_flags,
    breakpoint,
    undecoded
  };
  Kind kind = Kind::other;
  unsigned length = 1;
  std::string text;                     // as Intel writes it
  std::vector<MemoryOperand> operands;  // those in memory; of a flush: the line
  bool ordered = false;                 // flush: clflush, which needs no fence
  bool implied = false;          // fence: a locked or serialising instruction, not sfence or mfence
  bool past_cache = false;       // store: non-temporal or direct
  bool repeats = false;          // rep: one step is one iteration, none where rcx is 0
  bool falls_through = true;     // the next instruction follows: no jump, call, return, trap
  bool line_at_operand = false;  // clzero: the store covers the whole line that holds the address
  Lanes lanes = Lanes::all;
  int mask_register = 0;       // of lanes other than all
  unsigned element_bytes = 0;  // of lanes other than all, and with a vector index
  unsigned index_bytes = 0;    // of an element of the vector index
  unsigned index_count = 0;    // addresses of a vector index

  // Nothing that a model of memory has to know of.
  [[nodiscard]] bool is_plain() const {
    return kind == Kind::other && operands.empty() && !repeats;
  }
};

// Decodes the instruction at `address`, whose bytes are `code` (15 are enough). Bytes that are not
// an instruction this decoder knows give Kind::undecoded. Without libzydis all of them do.
[[nodiscard]] Instruction decode_instruction(std::span<const std::byte> code,
                                             std::uint64_t address);

// Whether this build has a decoder.
[[nodiscard]] bool has_decoder();

}  // namespace pmembench
