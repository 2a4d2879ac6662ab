// The reference walks the same slots as dax_iter_next, and touches every byte of them.
#include "tests/reference/reference_loops.hpp"

#include <cpuid.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "backends/dax_operations.h"

namespace pmembench::reference {
namespace {

constexpr std::uint64_t kSlots = 100;
constexpr std::uint64_t kOperations = 30;
constexpr unsigned char kWritten = 0x5A;

// Bytes that begin at a page, all of them 1.
class Memory {
 public:
  explicit Memory(std::uint64_t size_bytes)
      : pages_(
            static_cast<unsigned char*>(std::aligned_alloc(4096, (size_bytes + 4095) & ~4095ULL))),
        size_bytes_(size_bytes) {
    std::memset(pages_.get(), 1, size_bytes);
  }
  [[nodiscard]] unsigned char* bytes() { return pages_.get(); }
  [[nodiscard]] std::uint64_t size_bytes() const { return size_bytes_; }

 private:
  struct Free {
    void operator()(unsigned char* at) const { std::free(at); }
  };
  std::unique_ptr<unsigned char, Free> pages_;
  std::uint64_t size_bytes_;
};

dax_iter iter_of(bool sequential, std::uint64_t size_bytes) {
  dax_iter iter{};
  iter.state = 7;
  iter.multiplier = sequential ? 1 : 6364136223846793005ULL;
  iter.increment = sequential ? ~std::uint64_t{0} / kSlots + 1 : 1442695040888963407ULL;
  iter.slots = kSlots;
  iter.granule_bytes = iter.size_bytes = size_bytes;
  return iter;
}

// Which widths this CPU runs.
std::vector<ReferenceLoops> runnable() {
  std::vector<ReferenceLoops> all{sse2_loops()};
  if (__builtin_cpu_supports("avx2")) all.push_back(avx2_loops());
  return all;
}

std::uint64_t run(Loop loop, Memory& memory) {
  std::uint64_t state = 7;
  const std::uint64_t result = loop(memory.bytes(), kSlots, kOperations, &state);
  // The generator goes on where it stopped: twice the half is the whole.
  std::uint64_t halves = 7;
  loop(memory.bytes(), kSlots, kOperations / 2, &halves);
  loop(memory.bytes(), kSlots, kOperations - kOperations / 2, &halves);
  EXPECT_EQ(state, halves);
  return result;
}

void expect_writes(Loop loop, bool sequential, std::uint64_t size_bytes) {
  Memory memory(kSlots * size_bytes);
  run(loop, memory);
  std::set<std::uint64_t> written;
  dax_iter iter = iter_of(sequential, size_bytes);
  for (std::uint64_t i = 0; i < kOperations; ++i) written.insert(dax_iter_next(&iter));
  for (std::uint64_t at = 0; at < memory.size_bytes(); ++at) {
    const bool expected = written.count(at - at % size_bytes) != 0;
    ASSERT_EQ(memory.bytes()[at], expected ? kWritten : 1) << "byte " << at;
  }
}

void expect_reads(Loop loop, bool sequential, std::uint64_t size_bytes) {
  Memory memory(kSlots * size_bytes);
  dax_iter iter = iter_of(sequential, size_bytes);
  std::uint64_t last = 0;
  for (std::uint64_t i = 0; i < kOperations; ++i) last = dax_iter_next(&iter);
  // What is returned is the sum over the range read last: each of its bytes tells.
  const std::uint64_t before = run(loop, memory);
  for (std::uint64_t at = 0; at < size_bytes; at += 61) {
    memory.bytes()[last + at] = 2;
    EXPECT_NE(run(loop, memory), before) << "byte " << at << " of the range is not read";
    memory.bytes()[last + at] = 1;
  }
}

TEST(ReferenceLoops, write_the_slots_of_dax_iter_and_no_other_byte) {
  for (const ReferenceLoops& loops : runnable()) {
    SCOPED_TRACE(loops.vectors);
    expect_writes(loops.movnt_64_random, false, 64);
    expect_writes(loops.movnt_4096_sequential, true, 4096);
  }
}

TEST(ReferenceLoops, read_every_byte_of_the_slots_of_dax_iter) {
  for (const ReferenceLoops& loops : runnable()) {
    SCOPED_TRACE(loops.vectors);
    expect_reads(loops.read_64_random, false, 64);
    expect_reads(loops.read_4096_sequential, true, 4096);
  }
}

TEST(ReferenceLoops, write_by_clwb_where_the_cpu_has_it) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  const bool has_clwb = __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_CLWB) != 0;
  if (!has_clwb) GTEST_SKIP() << "this CPU has no clwb";
  for (const ReferenceLoops& loops : runnable()) {
    SCOPED_TRACE(loops.vectors);
    expect_writes(loops.clwb_64_random, false, 64);
  }
}

TEST(ReferenceLoops, sum_the_slots_of_dax_iter_when_empty) {
  Memory memory(4096);
  dax_iter iter = iter_of(false, 1);
  std::uint64_t sum = 0;
  for (std::uint64_t i = 0; i < kOperations; ++i) sum += dax_iter_next(&iter);
  for (const ReferenceLoops& loops : runnable()) EXPECT_EQ(run(loops.empty, memory), sum);
}

}  // namespace
}  // namespace pmembench::reference
