#include "run/core_watch.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

using Probes = std::vector<double>;

TEST(CoreWatch, knows_nothing_at_first_and_of_a_worker_without_probes) {
  CoreWatch watch;
  EXPECT_EQ(watch.slowdown(Probes{1000, 2000}), 1);
  watch.learn(Probes{});
  watch.learn(Probes{1000});
  EXPECT_EQ(watch.slowdown(Probes{}), 1);
}

TEST(CoreWatch, compares_each_thread_with_its_own_quickest) {
  CoreWatch watch;
  watch.learn(Probes{1000, 600});
  watch.learn(Probes{1200, 500});
  EXPECT_EQ(watch.slowdown(Probes{1000, 500}), 1);
  EXPECT_EQ(watch.slowdown(Probes{1000, 1000}), 2);
  EXPECT_EQ(watch.slowdown(Probes{1500, 600}), 1.5);
}

TEST(CoreWatch, learns_of_a_thread_that_comes_later) {
  CoreWatch watch;
  watch.learn(Probes{1000});
  EXPECT_EQ(watch.slowdown(Probes{1000, 5000}), 1);
  watch.learn(Probes{1000, 500});
  EXPECT_EQ(watch.slowdown(Probes{1000, 5000}), 10);
}

TEST(CoreWatch, divides_by_no_probe_of_zero) {
  CoreWatch watch;
  watch.learn(Probes{0});
  EXPECT_EQ(watch.slowdown(Probes{1000}), 1);
}

}  // namespace
}  // namespace pmembench
