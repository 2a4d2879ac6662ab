#include "backends/flush_kernels.h"

#include "backend_fixture.hpp"

namespace pmembench {
namespace {

dax_iter ranges(std::uint64_t offset, std::uint64_t granule, std::uint64_t size,
                std::uint64_t count) {
  dax_iter iter = one_range(offset, size, nullptr);
  iter.granule_bytes = granule;
  iter.slots = count;
  iter.increment = ~std::uint64_t{0} / count + 1;
  iter.count = count;
  return iter;
}

// Lines counted by walking over the bytes.
std::uint64_t lines_by_hand(dax_iter iter) {
  std::uint64_t lines = 0;
  for (std::uint64_t left = iter.count; left != 0; --left) {
    const std::uint64_t at = dax_iter_next(&iter);
    for (std::uint64_t byte = at; byte < at + iter.size_bytes; ++byte) {
      if (byte == at || byte % DAX_LINE_BYTES == 0) ++lines;
    }
  }
  return lines;
}

TEST(Flush, counts_each_line_that_a_range_touches) {
  for (const char* name : {"clwb", "clflushopt", "clflush"}) {
    if (!is_usable(*builtin(name))) continue;
    const OpenBackend device(*builtin(name));
    for (const std::uint64_t offset : {0U, 1U, 63U, 64U}) {
      for (const std::uint64_t granule : {64U, 100U, 256U}) {
        for (const std::uint64_t size : {1U, 2U, 63U, 64U, 65U, 128U, 256U, 300U}) {
          dax_iter iter = ranges(offset, granule, size, 9);
          dax_iter stepped = iter;
          for (int range = 0; range < 9; ++range) dax_iter_next(&stepped);
          const auto lines = static_cast<std::int64_t>(lines_by_hand(iter));
          ASSERT_EQ(device.table().flush(device.handle(), &iter), lines)
              << name << " " << offset << " " << granule << " " << size;
          ASSERT_EQ(iter.count, 0U);
          ASSERT_EQ(iter.state, stepped.state);
        }
      }
    }
  }
}

TEST(Flush, follows_the_table) {
  const OpenBackend device(*builtin("clflush"));
  const std::array<std::uint32_t, 2> table{1, 1};
  dax_iter iter = ranges(32, 96, 64, 2);  // slot 0 would touch two lines, slot 1 touches one
  EXPECT_EQ(device.table().flush(device.handle(), &iter), 3);
  iter = ranges(32, 96, 64, 2);
  iter.table = table.data();
  EXPECT_EQ(device.table().flush(device.handle(), &iter), 2);
}

TEST(Flush, has_nothing_to_do_for_movnt_and_eadr) {
  for (const char* name : {"movnt", "eadr"}) {
    const OpenBackend device(*builtin(name));
    dax_iter iter = ranges(3, 256, 256, 9);
    dax_iter stepped = iter;
    for (int range = 0; range < 9; ++range) dax_iter_next(&stepped);
    EXPECT_EQ(device.table().flush(device.handle(), &iter), 0) << name;
    EXPECT_EQ(iter.count, 0U);
    EXPECT_EQ(iter.state, stepped.state);
  }
}

TEST(Flush, writes_back_what_was_stored_by_address_on_movnt_but_not_on_eadr) {
  const OpenBackend movnt(*builtin("movnt"));
  dax_iter iter = ranges(0, 256, 256, 3);
  iter.flags = DAX_ITER_STORED;
  EXPECT_EQ(movnt.table().flush(movnt.handle(), &iter), 12);
  const OpenBackend eadr(*builtin("eadr"));
  iter = ranges(0, 256, 256, 3);
  iter.flags = DAX_ITER_STORED;
  EXPECT_EQ(eadr.table().flush(eadr.handle(), &iter), 0);
}

TEST(Flush, chooses_the_instruction_that_costs_least) {
  EXPECT_EQ(best_flush(DAX_CPU_CLFLUSH | DAX_CPU_CLFLUSHOPT | DAX_CPU_CLWB), Flush::clwb);
  EXPECT_EQ(best_flush(DAX_CPU_CLFLUSH | DAX_CPU_CLFLUSHOPT), Flush::clflushopt);
  EXPECT_EQ(best_flush(DAX_CPU_CLFLUSH), Flush::clflush);
  EXPECT_EQ(best_flush(DAX_CPU_SSE2), Flush::none);
}

}  // namespace
}  // namespace pmembench
