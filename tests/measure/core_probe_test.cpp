#include "measure/core_probe.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "measure/timer.hpp"

namespace pmembench {
namespace {

// 2,000 rounds of one cycle at least: no CPU runs five cycles in a tick of its counter.
TEST(CoreProbe, does_its_work) {
  std::uint64_t least = ~std::uint64_t{0};
  for (int i = 0; i < 100; ++i) least = std::min(least, core_probe_ticks());
  EXPECT_GT(least, 400u);
}

TEST(CoreProbe, lies_within_the_readings_around_it) {
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t begin = tsc_begin();
    const std::uint64_t probe = core_probe_ticks();
    EXPECT_LE(probe, tsc_end_issue() - begin);
  }
}

}  // namespace
}  // namespace pmembench
