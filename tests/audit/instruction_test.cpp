// The decoder: which instruction stores, flushes, fences, and how.
#include "audit/instruction.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

namespace pmembench {
namespace {

Instruction decode(std::initializer_list<unsigned> bytes) {
  std::vector<std::byte> code;
  for (const unsigned byte : bytes) code.push_back(static_cast<std::byte>(byte));
  code.resize(15, std::byte{0x90});
  return decode_instruction(code, 0x1000);
}

using Kind = Instruction::Kind;

TEST(Instruction, the_three_flushes_are_told_apart) {
  const Instruction clwb = decode({0x66, 0x0F, 0xAE, 0x33});
  EXPECT_EQ(clwb.kind, Kind::flush);
  EXPECT_FALSE(clwb.ordered);
  ASSERT_EQ(clwb.operands.size(), 1U);
  EXPECT_EQ(clwb.operands[0].base, 3);                            // rbx
  EXPECT_EQ(decode({0x66, 0x0F, 0xAE, 0x3B}).kind, Kind::flush);  // clflushopt
  EXPECT_FALSE(decode({0x66, 0x0F, 0xAE, 0x3B}).ordered);
  EXPECT_TRUE(decode({0x0F, 0xAE, 0x3B}).ordered);  // clflush
}

TEST(Instruction, fences_are_explicit_or_implied_by_a_lock) {
  EXPECT_EQ(decode({0x0F, 0xAE, 0xF8}).kind, Kind::fence);  // sfence
  EXPECT_FALSE(decode({0x0F, 0xAE, 0xF0}).implied);         // mfence
  const Instruction locked = decode({0xF0, 0x48, 0x01, 0x03});
  EXPECT_EQ(locked.kind, Kind::fence);
  EXPECT_TRUE(locked.implied);
  EXPECT_TRUE(locked.operands.at(0).written);
  EXPECT_EQ(decode({0x48, 0x87, 0x03}).kind, Kind::fence);  // xchg [rbx], rax
  EXPECT_EQ(decode({0x48, 0x93}).kind, Kind::other);        // xchg rax, rbx: registers
  EXPECT_EQ(decode({0x0F, 0xAE, 0xE8}).kind, Kind::other);  // lfence orders no store
}

TEST(Instruction, stores_past_the_cache_are_known) {
  EXPECT_TRUE(decode({0x48, 0x0F, 0xC3, 0x03}).past_cache);  // movnti [rbx], rax
  EXPECT_FALSE(decode({0x48, 0x89, 0x03}).past_cache);
  const Instruction direct = decode({0x66, 0x0F, 0x38, 0xF8, 0x03});  // movdir64b rax, [rbx]
  EXPECT_TRUE(direct.past_cache);
  unsigned written = 0;
  for (const MemoryOperand& operand : direct.operands) {
    if (operand.written) written += operand.size_bytes;
  }
  EXPECT_EQ(written, 64U);
  const Instruction zero = decode({0x0F, 0x01, 0xFC});  // clzero
  EXPECT_TRUE(zero.past_cache && zero.line_at_operand);
  EXPECT_EQ(zero.operands.at(0).size_bytes, 64U);
}

TEST(Instruction, what_touches_no_memory_is_plain) {
  EXPECT_TRUE(decode({0x48, 0x01, 0xC3}).is_plain());
  EXPECT_FALSE(decode({0x48, 0x89, 0x03}).is_plain());
  EXPECT_FALSE(decode({0xCC}).is_plain());
  EXPECT_FALSE(decode({0x74, 0x00}).falls_through);
  EXPECT_FALSE(decode({0xF3, 0xA4}).falls_through);          // rep movsb: one iteration a step
  EXPECT_TRUE(decode({0x48, 0x8D, 0x03}).operands.empty());  // lea
}

TEST(Instruction, system_calls_and_flags_are_known) {
  EXPECT_EQ(decode({0x0F, 0x05}).kind, Kind::system_call);
  EXPECT_EQ(decode({0x9C}).kind, Kind::pushes_flags);
  EXPECT_EQ(decode({0x9D}).kind, Kind::pops_flags);
}

TEST(Instruction, unknown_bytes_are_said_to_be_so) {
  EXPECT_EQ(decode({0x06}).kind, Kind::undecoded);
}

}  // namespace
}  // namespace pmembench
