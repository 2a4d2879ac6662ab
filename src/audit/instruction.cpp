#include "audit/instruction.hpp"

#ifdef PMEMBENCH_HAVE_ZYDIS

#include <Zydis/Zydis.h>

#include <algorithm>
#include <array>

namespace pmembench {
namespace {

int general_register(ZydisRegister reg) {
  if (reg == ZYDIS_REGISTER_NONE) return MemoryOperand::kNoRegister;
  if (reg == ZYDIS_REGISTER_RIP || reg == ZYDIS_REGISTER_EIP) {
    return MemoryOperand::kInstructionPointer;
  }
  const ZydisRegister whole = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, reg);
  if (ZydisRegisterGetClass(whole) != ZYDIS_REGCLASS_GPR64) return MemoryOperand::kNoRegister;
  return ZydisRegisterGetId(whole);
}

bool is_vector(ZydisRegister reg) {
  const ZydisRegisterClass kind = ZydisRegisterGetClass(reg);
  return kind == ZYDIS_REGCLASS_XMM || kind == ZYDIS_REGCLASS_YMM || kind == ZYDIS_REGCLASS_ZMM;
}

bool passes_the_cache(ZydisMnemonic mnemonic) {
  switch (mnemonic) {
    case ZYDIS_MNEMONIC_MOVNTI:
    case ZYDIS_MNEMONIC_MOVNTQ:
    case ZYDIS_MNEMONIC_MOVNTDQ:
    case ZYDIS_MNEMONIC_MOVNTPS:
    case ZYDIS_MNEMONIC_MOVNTPD:
    case ZYDIS_MNEMONIC_MOVNTSS:
    case ZYDIS_MNEMONIC_MOVNTSD:
    case ZYDIS_MNEMONIC_VMOVNTDQ:
    case ZYDIS_MNEMONIC_VMOVNTPS:
    case ZYDIS_MNEMONIC_VMOVNTPD:
    case ZYDIS_MNEMONIC_MASKMOVQ:
    case ZYDIS_MNEMONIC_MASKMOVDQU:
    case ZYDIS_MNEMONIC_VMASKMOVDQU:
    case ZYDIS_MNEMONIC_MOVDIRI:
    case ZYDIS_MNEMONIC_MOVDIR64B:
    case ZYDIS_MNEMONIC_CLZERO:
      return true;
    default:
      return false;
  }
}

bool is_compressing(ZydisMnemonic mnemonic) {
  return mnemonic == ZYDIS_MNEMONIC_VPCOMPRESSB || mnemonic == ZYDIS_MNEMONIC_VPCOMPRESSW ||
         mnemonic == ZYDIS_MNEMONIC_VPCOMPRESSD || mnemonic == ZYDIS_MNEMONIC_VPCOMPRESSQ ||
         mnemonic == ZYDIS_MNEMONIC_VCOMPRESSPS || mnemonic == ZYDIS_MNEMONIC_VCOMPRESSPD;
}

// The size of an element whose mask is a vector register; 0: this instruction has no such mask.
unsigned sign_mask_bytes(ZydisMnemonic mnemonic) {
  switch (mnemonic) {
    case ZYDIS_MNEMONIC_MASKMOVDQU:
    case ZYDIS_MNEMONIC_VMASKMOVDQU:
      return 1;
    case ZYDIS_MNEMONIC_VPMASKMOVD:
    case ZYDIS_MNEMONIC_VMASKMOVPS:
      return 4;
    case ZYDIS_MNEMONIC_VPMASKMOVQ:
    case ZYDIS_MNEMONIC_VMASKMOVPD:
      return 8;
    default:
      return 0;
  }
}

bool has_quadword_indices(ZydisMnemonic mnemonic) {
  return mnemonic == ZYDIS_MNEMONIC_VPSCATTERQD || mnemonic == ZYDIS_MNEMONIC_VPSCATTERQQ ||
         mnemonic == ZYDIS_MNEMONIC_VSCATTERQPS || mnemonic == ZYDIS_MNEMONIC_VSCATTERQPD ||
         mnemonic == ZYDIS_MNEMONIC_VPGATHERQD || mnemonic == ZYDIS_MNEMONIC_VPGATHERQQ ||
         mnemonic == ZYDIS_MNEMONIC_VGATHERQPS || mnemonic == ZYDIS_MNEMONIC_VGATHERQPD;
}

using Operands = std::array<ZydisDecodedOperand, ZYDIS_MAX_OPERAND_COUNT>;

MemoryOperand memory_operand(const ZydisDecodedOperand& operand) {
  MemoryOperand memory;
  memory.base = general_register(operand.mem.base);
  if (operand.mem.type == ZYDIS_MEMOP_TYPE_VSIB) {
    memory.vector_index = ZydisRegisterGetId(operand.mem.index);
  } else {
    memory.index = general_register(operand.mem.index);
  }
  memory.scale = operand.mem.scale == 0 ? 1 : operand.mem.scale;
  memory.displacement = operand.mem.disp.has_displacement != 0 ? operand.mem.disp.value : 0;
  if (operand.mem.segment == ZYDIS_REGISTER_FS) memory.segment = MemoryOperand::Segment::fs;
  if (operand.mem.segment == ZYDIS_REGISTER_GS) memory.segment = MemoryOperand::Segment::gs;
  memory.size_bytes = operand.size / 8;
  memory.read = (operand.actions & ZYDIS_OPERAND_ACTION_MASK_READ) != 0;
  memory.written = (operand.actions & ZYDIS_OPERAND_ACTION_MASK_WRITE) != 0;
  return memory;
}

// As many lanes as both the indices and the data have.
unsigned index_count(const ZydisDecodedInstruction& decoded, const Operands& operands,
                     const Instruction& instruction, ZydisRegister index) {
  unsigned lanes =
      ZydisRegisterGetWidth(ZYDIS_MACHINE_MODE_LONG_64, index) / 8U / instruction.index_bytes;
  for (unsigned i = 0; i < decoded.operand_count_visible; ++i) {
    if (operands[i].type != ZYDIS_OPERAND_TYPE_REGISTER || !is_vector(operands[i].reg.value)) {
      continue;
    }
    lanes = std::min(lanes, operands[i].size / 8U / std::max(1U, instruction.element_bytes));
  }
  return lanes;
}

void add_operands(const ZydisDecodedInstruction& decoded, const Operands& operands,
                  Instruction* out) {
  for (unsigned i = 0; i < decoded.operand_count; ++i) {
    const ZydisDecodedOperand& operand = operands[i];
    if (operand.type != ZYDIS_OPERAND_TYPE_MEMORY) continue;
    const bool address_only = operand.mem.type == ZYDIS_MEMOP_TYPE_AGEN;
    if (address_only && out->kind != Instruction::Kind::flush) continue;
    out->operands.push_back(memory_operand(operand));
    if (operand.mem.type == ZYDIS_MEMOP_TYPE_VSIB) {
      out->element_bytes = operand.element_size / 8;
      out->index_bytes = has_quadword_indices(decoded.mnemonic) ? 8 : 4;
      out->index_count = index_count(decoded, operands, *out, operand.mem.index);
    }
    if (out->lanes == Lanes::opmask || out->lanes == Lanes::compressed) {
      out->element_bytes = operand.element_size / 8;
    }
  }
  if (decoded.mnemonic != ZYDIS_MNEMONIC_CLZERO) return;
  MemoryOperand line;  // Zydis 4.0 gives clzero no operand: it zeroes the line that rax points to.
  line.base = 0;
  line.size_bytes = 64;
  line.written = true;
  out->operands = {line};
  out->line_at_operand = true;
}

void find_lanes(const ZydisDecodedInstruction& decoded, const Operands& operands,
                Instruction* out) {
  if (const unsigned bytes = sign_mask_bytes(decoded.mnemonic); bytes != 0) {
    // The mask is the second operand of each of these: of vpmaskmov the first is memory.
    if (!is_vector(operands[1].reg.value)) return;
    out->lanes = Lanes::vector_sign;
    out->mask_register = ZydisRegisterGetId(operands[1].reg.value);
    out->element_bytes = bytes;
    return;
  }
  const ZydisRegister mask = decoded.avx.mask.reg;
  if (mask == ZYDIS_REGISTER_NONE || mask == ZYDIS_REGISTER_K0) return;
  out->lanes = is_compressing(decoded.mnemonic) ? Lanes::compressed : Lanes::opmask;
  out->mask_register = ZydisRegisterGetId(mask);
}

bool is_locked(const ZydisDecodedInstruction& decoded, const Operands& operands) {
  if ((decoded.attributes & ZYDIS_ATTRIB_HAS_LOCK) != 0) return true;
  if (decoded.mnemonic != ZYDIS_MNEMONIC_XCHG) return false;
  return operands[0].type == ZYDIS_OPERAND_TYPE_MEMORY ||
         operands[1].type == ZYDIS_OPERAND_TYPE_MEMORY;
}

void find_kind(const ZydisDecodedInstruction& decoded, const Operands& operands, Instruction* out) {
  using Kind = Instruction::Kind;
  switch (decoded.mnemonic) {
    case ZYDIS_MNEMONIC_CLFLUSH:
      out->ordered = true;
      [[fallthrough]];
    case ZYDIS_MNEMONIC_CLFLUSHOPT:
    case ZYDIS_MNEMONIC_CLWB:
      out->kind = Kind::flush;
      return;
    case ZYDIS_MNEMONIC_SFENCE:
    case ZYDIS_MNEMONIC_MFENCE:
      out->kind = Kind::fence;
      return;
    case ZYDIS_MNEMONIC_CPUID:
    case ZYDIS_MNEMONIC_SERIALIZE:
    case ZYDIS_MNEMONIC_IRETQ:
      out->kind = Kind::fence;
      out->implied = true;
      return;
    case ZYDIS_MNEMONIC_SYSCALL:
      out->kind = Kind::system_call;
      return;
    case ZYDIS_MNEMONIC_INT3:
      out->kind = Kind::breakpoint;
      return;
    case ZYDIS_MNEMONIC_PUSHFQ:
    case ZYDIS_MNEMONIC_PUSHF:
      out->kind = Kind::pushes_flags;
      return;
    case ZYDIS_MNEMONIC_POPFQ:
    case ZYDIS_MNEMONIC_POPF:
      out->kind = Kind::pops_flags;
      return;
    default:
      break;
  }
  if (!is_locked(decoded, operands)) return;
  out->kind = Kind::fence;
  out->implied = true;
}

bool goes_on_behind(const ZydisDecodedInstruction& decoded) {
  switch (decoded.meta.category) {
    case ZYDIS_CATEGORY_CALL:
    case ZYDIS_CATEGORY_COND_BR:
    case ZYDIS_CATEGORY_UNCOND_BR:
    case ZYDIS_CATEGORY_RET:
    case ZYDIS_CATEGORY_SYSCALL:
    case ZYDIS_CATEGORY_SYSRET:
    case ZYDIS_CATEGORY_INTERRUPT:
      return false;
    default:
      return (decoded.attributes &
              (ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE | ZYDIS_ATTRIB_HAS_REPNE)) == 0;
  }
}

}  // namespace

bool has_decoder() { return true; }

Instruction decode_instruction(std::span<const std::byte> code, std::uint64_t address) {
  Instruction out;
  ZydisDecoder decoder;
  ZydisDecodedInstruction decoded;
  Operands operands;
  ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
  if (!ZYAN_SUCCESS(
          ZydisDecoderDecodeFull(&decoder, code.data(), code.size(), &decoded, operands.data()))) {
    out.kind = Instruction::Kind::undecoded;
    out.text = "(unknown instruction)";
    return out;
  }
  out.length = decoded.length;
  find_kind(decoded, operands, &out);
  find_lanes(decoded, operands, &out);
  add_operands(decoded, operands, &out);
  out.past_cache = passes_the_cache(decoded.mnemonic);
  out.repeats = (decoded.attributes &
                 (ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPE | ZYDIS_ATTRIB_HAS_REPNE)) != 0;
  out.falls_through = goes_on_behind(decoded);
  ZydisFormatter formatter;
  std::array<char, 128> text{};
  ZydisFormatterInit(&formatter, ZYDIS_FORMATTER_STYLE_INTEL);
  ZydisFormatterFormatInstruction(&formatter, &decoded, operands.data(),
                                  decoded.operand_count_visible, text.data(), text.size(), address,
                                  nullptr);
  out.text = text.data();
  return out;
}

}  // namespace pmembench

#else

namespace pmembench {

bool has_decoder() { return false; }

Instruction decode_instruction(std::span<const std::byte> /*code*/, std::uint64_t /*address*/) {
  Instruction out;
  out.kind = Instruction::Kind::undecoded;
  return out;
}

}  // namespace pmembench

#endif
