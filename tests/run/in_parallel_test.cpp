#include "run/in_parallel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace pmembench {
namespace {

TEST(InParallel, does_each_part_once_and_waits_for_all) {
  for (const std::uint64_t parts : {0U, 1U, 2U, 1000U}) {
    std::vector<std::atomic<int>> done(parts);
    in_parallel(parts, [&](std::uint64_t part) { ++done[part]; });
    for (const std::atomic<int>& count : done) EXPECT_EQ(count, 1);
  }
}

}  // namespace
}  // namespace pmembench
