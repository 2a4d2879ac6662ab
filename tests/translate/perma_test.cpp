// Workload files of PerMA-Bench.
#include "parts.hpp"

namespace pmembench {
namespace {

using testing::HasSubstr;

TEST(Perma, translates_each_instruction_to_a_backend) {
  const Translation translation = translated(
      "w:\n  matrix:\n    number_threads: [ 1, 4 ]\n    persist_instruction: [ cache, nocache ]\n"
      "  args:\n    exec_mode: random\n    memory_range: 1G\n    operation: write\n"
      "    access_size: 256\n",
      "perma");
  ASSERT_EQ(translation.parts.size(), 1U);
  ASSERT_EQ(translation.parts.front().groups.size(), 2U);
  const GroupDraft& first = translation.parts.front().groups.front();
  EXPECT_EQ(value_of(first, "media"), "dram:1G");
  EXPECT_EQ(value_of(first, "threads"), "1, 4");
  EXPECT_EQ(value_of(first, "operation_size"), "256");
  EXPECT_EQ(value_of(first, "durability"), "each");
  EXPECT_NE(value_of(first, "backend"), value_of(translation.parts.front().groups[1], "backend"));
}

TEST(Perma, names_what_has_no_equivalent) {
  const Translation translation = translated(
      "a:\n  parallel_benchmarks:\n    x:\n      args:\n        exec_mode: random\n"
      "b:\n  args:\n    exec_mode: custom\n    custom_operations: \"r_128,w_64_cache_64\"\n",
      "perma");
  EXPECT_THAT(joined(translation.parts[0].missing), HasSubstr("parallel_benchmarks: "));
  EXPECT_THAT(joined(translation.parts[1].missing), HasSubstr("custom_operations: "));
}

}  // namespace
}  // namespace pmembench
