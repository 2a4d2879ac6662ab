// The streams touch every byte they say they do, and the chase goes where the pointers lead.
#include "tests/reference/stream_loops.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace pmembench::reference {
namespace {

constexpr std::uint64_t kBytes = 4096;

std::vector<StreamLoops> runnable() {
  std::vector<StreamLoops> all{sse2_streams()};
  if (__builtin_cpu_supports("avx2")) all.push_back(avx2_streams());
  if (__builtin_cpu_supports("avx512f")) all.push_back(avx512_streams());
  return all;
}

TEST(StreamLoops, write_every_byte_and_no_other) {
  for (const StreamLoops& loops : runnable()) {
    for (const Stream loop : {loops.write, loops.movnt}) {
      SCOPED_TRACE(loops.vectors);
      alignas(64) std::array<unsigned char, kBytes + 512> memory{};
      loop(memory.data() + 256, kBytes);
      for (std::size_t at = 0; at < memory.size(); ++at) {
        const bool inside = at >= 256 && at < 256 + kBytes;
        ASSERT_EQ(memory[at], inside ? 0x5A : 0) << at;
      }
    }
  }
}

TEST(StreamLoops, read_every_byte) {
  for (const StreamLoops& loops : runnable()) {
    for (const Stream loop : {loops.read, loops.read_ahead}) {
      SCOPED_TRACE(loops.vectors);
      alignas(64) std::array<unsigned char, kBytes> memory{};
      const std::uint64_t before = loop(memory.data(), kBytes);
      for (std::size_t at = 0; at < kBytes; ++at) {
        memory[at] = 1;
        ASSERT_NE(loop(memory.data(), kBytes), before) << "byte " << at << " is not read";
        memory[at] = 0;
      }
    }
  }
}

TEST(Chase, takes_as_many_steps_as_it_is_told) {
  std::array<void*, 5> nodes{};
  for (std::size_t i = 0; i < nodes.size(); ++i) nodes[i] = &nodes[(i + 2) % nodes.size()];
  for (const std::uint64_t steps : {0, 1, 7, 8, 9, 1000}) {
    EXPECT_EQ(chase(&nodes[0], steps), &nodes[2 * steps % 5]) << steps;
  }
}

}  // namespace
}  // namespace pmembench::reference
