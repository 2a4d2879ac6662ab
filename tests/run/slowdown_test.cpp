#include "run/slowdown.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace pmembench {
namespace {

// Notes how many operations it is asked for at a time.
class Noting final : public Workload {
 public:
  Status prepare() override { return {}; }
  Work run(std::uint64_t operations) override {
    asked.push_back(operations);
    const std::uint64_t done = asked.size() == fails_at ? operations - 1 : operations;
    return {done, 64 * done};
  }
  std::string failure() const override { return {}; }
  Status verify() override { return {}; }
  std::vector<std::uint64_t> asked;
  std::size_t fails_at = 0;
};

std::uint64_t chain_value(std::uint64_t multiplications) {
  std::uint64_t value = 0x9E3779B97F4A7C15ULL;
  for (std::uint64_t i = 0; i < multiplications; ++i) value *= 0x9E3779B97F4A7C15ULL;
  return value;
}

TEST(Slowdown, does_every_multiplication_of_the_chain) {
  for (const std::uint64_t count : {0, 1, 2, 100, 12345}) {
    EXPECT_EQ(injected_work(count), chain_value(count)) << count;
  }
}

TEST(Slowdown, stands_behind_every_whole_chunk_and_behind_no_rest) {
  Noting workload;
  const InjectedRun run = run_injected(workload, 50, {16, 7});
  EXPECT_EQ(workload.asked, (std::vector<std::uint64_t>{16, 16, 16, 2}));
  EXPECT_EQ(run.slowdowns, 3u);
  EXPECT_EQ(run.last_value, chain_value(7));
  EXPECT_EQ(run.work.operations, 50u);
  EXPECT_EQ(run.work.bytes, 50u * 64);
}

TEST(Slowdown, ends_where_the_workload_fails) {
  Noting workload;
  workload.fails_at = 2;
  const InjectedRun run = run_injected(workload, 64, {16, 0});
  EXPECT_EQ(workload.asked.size(), 2u);
  EXPECT_EQ(run.work.operations, 31u);
  EXPECT_EQ(run.slowdowns, 1u);
}

TEST(Slowdown, takes_sixteen_operations_between_barriers_where_a_slice_has_many) {
  EXPECT_EQ(slowdown_chunk(4000), 16u);
  EXPECT_EQ(slowdown_chunk(256), 16u);
  EXPECT_EQ(slowdown_chunk(255), 1u);
  EXPECT_EQ(slowdown_chunk(1), 1u);
}

TEST(Slowdown, is_as_long_as_the_share_of_the_chunk_asks_for) {
  // 5 % of 16 operations of 100 ns are 80 ns: 80 multiplications of 1 ns, or 100 of 0.8 ns.
  EXPECT_EQ(slowdown_multiplications(0.05, 100, 16, 1.0), 80u);
  EXPECT_EQ(slowdown_multiplications(0.05, 100, 16, 0.8), 100u);
  EXPECT_EQ(slowdown_multiplications(0.0, 100, 16, 1.0), 0u);
  EXPECT_EQ(slowdown_multiplications(-0.1, 100, 16, 1.0), 0u);
}

TEST(Slowdown, knows_the_time_of_a_multiplication) {
  const double ns = measure_ns_per_multiplication(0.4);
  EXPECT_GT(ns, 0.0);
  EXPECT_LT(ns, 1000.0);
}

}  // namespace
}  // namespace pmembench
