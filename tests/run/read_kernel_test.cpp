#include "run/read_kernel.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdio>

#include "tests/workloads/workbench.hpp"

namespace pmembench {
namespace {

// A backend whose loops differ in nothing but the time that they waste.
struct Loops {
  static constexpr const char* kNames[] = {"first", "slow", "quick"};
  static constexpr unsigned kWaste[] = {20'000, 200'000, 0};
  static inline std::uint32_t chosen = 0;
  static inline unsigned copies = 0;

  static std::int64_t copy_to_iter(void*, dax_iter* iter) {
    ++copies;
    for (unsigned i = 0; i < kWaste[chosen]; ++i) asm volatile("" ::: "memory");
    const std::uint64_t bytes = iter->count * iter->size_bytes;
    iter->count = 0;
    return static_cast<std::int64_t>(bytes);
  }
  static int choose(void*, std::uint32_t index, char* name, std::uint64_t bytes) {
    if (index >= 3) return -EINVAL;
    chosen = index;
    std::snprintf(name, bytes, "%s", kNames[index]);
    return 0;
  }
};

class ReadKernel : public testing::Test {
 protected:
  ReadKernel() {
    table_ = *builtin("movnt");
    table_.copy_to_iter = &Loops::copy_to_iter;
    table_.choose_read_kernel = &Loops::choose;
    Loops::chosen = Loops::copies = 0;
    cell_.media = "dram:1M";
    cell_.backend = "loops";
    cell_.workload = "sequential";
    cell_.parameters = {{"access", "read"}, {"operation_size", "4096"}, {"kernel", "auto"}};
  }
  // The name of what was chosen; "-" for nothing, and an error's sentence.
  std::string choose(const std::string& as_before = "") {
    const auto device = test_device(&table_);
    const auto choice = choose_read_kernel(*device, cell_, as_before);
    if (!choice) return choice.error().message;
    margin_ = *choice ? (*choice)->margin : 0;
    return *choice ? (*choice)->name : "-";
  }

  dax_operations table_{};
  Cell cell_;
  double margin_ = 0;
};

TEST_F(ReadKernel, takes_the_fastest_and_says_by_how_much) {
  EXPECT_EQ(choose(), "quick");
  EXPECT_EQ(Loops::chosen, 2u);
  EXPECT_GT(margin_, 0.02);
  EXPECT_EQ(Loops::copies, 3 * 41u);
}

TEST_F(ReadKernel, has_no_choice_where_there_is_one_loop) {
  table_.choose_read_kernel = [](void*, std::uint32_t index, char* name, std::uint64_t bytes) {
    return index == 0 ? Loops::choose(nullptr, 0, name, bytes) : -EINVAL;
  };
  EXPECT_EQ(choose(), "-");
}

TEST_F(ReadKernel, goes_on_with_what_the_run_has_chosen) {
  EXPECT_EQ(choose("slow"), "slow");
  EXPECT_EQ(Loops::chosen, 1u);
  EXPECT_EQ(margin_, 0);
  EXPECT_EQ(Loops::copies, 0u) << "nothing is measured";
  EXPECT_EQ(choose("of another backend"), "quick");
}

TEST_F(ReadKernel, takes_the_one_that_was_asked_for) {
  cell_.parameters["kernel"] = "first";
  EXPECT_EQ(choose("slow"), "first");
  EXPECT_EQ(Loops::chosen, 0u);
  cell_.parameters["kernel"] = "magic";
  EXPECT_EQ(choose(), "backend loops has no kernel 'magic' to read by; it has: first, slow, quick");
}

TEST_F(ReadKernel, leaves_what_does_not_read_at_the_first_one) {
  Loops::chosen = 2;
  cell_.parameters["access"] = "write";
  EXPECT_EQ(choose(), "-");
  EXPECT_EQ(Loops::chosen, 0u);
  EXPECT_EQ(Loops::copies, 0u);
  cell_.parameters = {{"operation_size", "4096"}};
  EXPECT_EQ(choose(), "-");
}

TEST_F(ReadKernel, chooses_nothing_where_a_read_fails) {
  table_.copy_to_iter = [](void*, dax_iter*) -> std::int64_t { return -EIO; };
  EXPECT_EQ(choose(), "first");
}

TEST(KernelChoices, keep_the_first_choice_of_each_kind_of_cell) {
  KernelChoices choices;
  Cell cell;
  cell.media = "dram:1M";
  cell.workload = "sequential";
  cell.parameters = {{"access", "read"}, {"operation_size", "4096"}, {"kernel", "auto"}};
  EXPECT_EQ(choices.of(cell), "");
  choices.remember(cell, {"plain", 0.1});
  choices.remember(cell, {"ahead", 0.1});
  EXPECT_EQ(choices.of(cell), "plain");
  cell.media = "dram:2G";
  EXPECT_EQ(choices.of(cell), "plain") << "of the same kind, as the arms of a gate are";
  cell.workload = "random";
  EXPECT_EQ(choices.of(cell), "");
  cell.parameters["kernel"] = "string";
  choices.remember(cell, {"string", 0});
  cell.parameters["kernel"] = "auto";
  EXPECT_EQ(choices.of(cell), "") << "what was asked for is nobody else's choice";
}

}  // namespace
}  // namespace pmembench
