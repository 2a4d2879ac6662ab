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

// The campaign of the first part, or what is missing of it.
std::string part_of(const std::string& yaml) {
  const Translation translation = translated(yaml, "perma");
  const TranslatedPart& part = translation.parts.at(0);
  if (!part.has_equivalent()) return joined(part.missing);
  std::string text;
  for (const auto& [key, value] : part.groups.at(0).keys) text += key + "=" + value + "\n";
  return text;
}

TEST(Perma, writes_a_chain_as_steps) {
  const auto chain = [](const std::string& operations) {
    return part_of(
        "b:\n  args:\n    exec_mode: custom\n    number_threads: 2\n    custom_operations: \"" +
        operations + "\"\n");
  };
  const std::string index = chain("r_512,r_512,w_64_cache_-64");
  EXPECT_THAT(index, HasSubstr("workload=steps\n"));
  EXPECT_THAT(index, HasSubstr("steps=load:512+load:512+persist:64:-64\n"));
  EXPECT_THAT(index, HasSubstr("start=random\n"));
  EXPECT_THAT(index, HasSubstr("backend=clwb\n"));
  EXPECT_THAT(index, HasSubstr("threads=2\n"));
  EXPECT_THAT(chain("rp_128,wp_64_none_64"), HasSubstr("steps=load:128+write:64:64\n"));
  EXPECT_THAT(chain("w_256_nocache"), HasSubstr("steps=persist:256:0\n"));
  EXPECT_THAT(chain("rd_64,w_64_cache_64"), HasSubstr("access to DRAM"));
  EXPECT_THAT(chain("w_64_cache_0,w_64_nocache_64"), HasSubstr("two instructions"));
  EXPECT_THAT(chain("w_64"), HasSubstr("w_64: it is not r_SIZE"));
  EXPECT_THAT(chain("x_64"), HasSubstr("x_64: it is not known"));
  EXPECT_THAT(chain("w_64_far_0"), HasSubstr("far is not known"));
  EXPECT_THAT(chain(""), HasSubstr("custom_operations: "));
  const Translation two =
      translated("b:\n  matrix:\n    custom_operations: [\"r_64\", \"r_64,r_64\"]\n", "perma");
  EXPECT_EQ(two.parts.at(0).groups.size(), 2U);
}

TEST(Perma, writes_benchmarks_at_the_same_time_as_groups_of_threads) {
  const std::string both = part_of(
      "a:\n  parallel_benchmarks:\n    x:\n      args:\n        exec_mode: random\n        "
      "operation: write\n"
      "        persist_instruction: nocache\n        number_threads: 2\n        access_size: 64\n"
      "    y:\n      args:\n        exec_mode: sequential\n        memory_range: 128M\n");
  EXPECT_THAT(both, HasSubstr("groups=2*random:access=write,operation_size=64+"
                              "1*sequential:access=read,operation_size=256\n"));
  EXPECT_THAT(both, HasSubstr("threads=3\n"));
  EXPECT_THAT(both, HasSubstr("media=dram:128M\n"));
  EXPECT_THAT(
      part_of("a:\n  parallel_benchmarks:\n    x:\n      args:\n        exec_mode: custom\n"),
      HasSubstr("parallel_benchmarks: a chain"));
  EXPECT_THAT(
      part_of(
          "a:\n  parallel_benchmarks:\n    x:\n      matrix:\n        access_size: [64, 128]\n"),
      HasSubstr("one value each"));
}

}  // namespace
}  // namespace pmembench
