// The ABI: what never moves, the generator, and both languages.
#include "backends/dax_operations.h"

#include <cstddef>
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

namespace pmembench {
namespace {

TEST(DaxOperations, begins_with_sixteen_bytes_that_never_move) {
  EXPECT_EQ(offsetof(dax_operations, magic), 0U);
  EXPECT_EQ(offsetof(dax_operations, abi_version), 8U);
  EXPECT_EQ(offsetof(dax_operations, struct_size), 12U);
  EXPECT_EQ(offsetof(dax_operations, name), 16U);
}

// Fields are only appended: these numbers change for nobody, and a new field gets a new line.
TEST(DaxOperations, keeps_every_field_where_plugins_expect_it) {
  EXPECT_EQ(offsetof(dax_operations, probe), 56U);
  EXPECT_EQ(offsetof(dax_operations, copy_from_iter), 88U);
  EXPECT_EQ(offsetof(dax_operations, persist_from_iter), 136U);
  EXPECT_EQ(offsetof(dax_operations, describe), 144U);
  EXPECT_EQ(offsetof(dax_operations, nontemporal_from_bytes), 152U);
  EXPECT_EQ(offsetof(dax_operations, check_options), 160U);
  EXPECT_EQ(offsetof(dax_operations, choose_read_kernel), 168U);
  EXPECT_EQ(sizeof(dax_operations), 176U);
  EXPECT_EQ(sizeof(dax_iter), 88U);
  EXPECT_EQ(offsetof(dax_mapping, read_kernel), 32U);
  EXPECT_EQ(sizeof(dax_mapping), 40U);
  EXPECT_EQ(sizeof(dax_host_info), 16U);
  EXPECT_EQ(sizeof(dax_media_info), 64U);
}

TEST(DaxOperations, steps_through_the_slots_in_order) {
  dax_iter iter{};
  iter.multiplier = 1;
  iter.slots = 5;
  iter.increment = ~std::uint64_t{0} / 5 + 1;
  iter.offset_bytes = 100;
  iter.granule_bytes = 64;
  for (std::uint64_t slot = 0; slot < 5; ++slot) EXPECT_EQ(dax_iter_next(&iter), 100 + slot * 64);
  const std::uint32_t table[5] = {4, 3, 2, 1, 0};
  iter.state = 0;
  iter.table = table;
  for (std::uint64_t slot = 0; slot < 5; ++slot) {
    EXPECT_EQ(dax_iter_next(&iter), 100 + (4 - slot) * 64);
  }
}

class Language : public testing::TestWithParam<const char*> {};

TEST_P(Language, takes_the_header_without_a_warning) {
  const std::string compiler = GetParam();
  const std::string name = compiler.substr(0, compiler.find(' '));
  if (std::system(("command -v " + name + " >/dev/null").c_str()) != 0) GTEST_SKIP() << name;
  const std::string command =
      "printf '#include \"backends/dax_operations.h\"\\nint unused;\\n' | " + compiler +
      " -Wall -Wextra -Wpedantic -Werror -Wconversion -Wshadow -Wcast-align -fsyntax-only -I'" +
      std::string(PMEMBENCH_TEST_SOURCE_DIR) + "/..' -";
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
}

INSTANTIATE_TEST_SUITE_P(Compilers, Language,
                         testing::Values("cc -x c -std=c11",
                                         "c++ -x c++ -std=c++20 -Wold-style-cast",
                                         "clang -x c -std=c11",
                                         "clang++ -x c++ -std=c++20 -Wold-style-cast"));

}  // namespace
}  // namespace pmembench
