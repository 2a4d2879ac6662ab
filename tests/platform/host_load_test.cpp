#include "platform/host_load.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/fakes/sysfs_tree.hpp"

namespace pmembench {
namespace {

double cpus() { return static_cast<double>(sysconf(_SC_NPROCESSORS_ONLN)); }

TEST(HostLoad, reads_what_the_kernel_counts) {
  fakes::SysfsTree tree;
  EXPECT_FALSE(read_host_load(tree.root()));
  // user nice system idle iowait irq softirq steal guest guest_nice
  tree.raw("proc/stat", "cpu  100 10 20 500 50 5 15 300 0 0\n");
  auto load = read_host_load(tree.root());
  ASSERT_TRUE(load);
  EXPECT_EQ(load->total_ticks, 1000U);
  EXPECT_EQ(load->busy_ticks, 150U) << "neither idle, nor waiting for a disk, nor stolen";
  EXPECT_FALSE(load->waiting_us);
  tree.raw("proc/pressure/cpu",
           "some avg10=1.00 avg60=2.00 avg300=3.00 total=777\nfull avg10=0 total=0\n");
  load = read_host_load(tree.root());
  ASSERT_TRUE(load && load->waiting_us);
  EXPECT_EQ(*load->waiting_us, 777U);
  tree.raw("proc/pressure/cpu", "some garbage\n");
  EXPECT_FALSE(read_host_load(tree.root())->waiting_us);
}

HostLoad at(std::uint64_t total, std::uint64_t busy, double own_s) {
  HostLoad load;
  load.total_ticks = total;
  load.busy_ticks = busy;
  load.own_cpu_ns = static_cast<std::uint64_t>(own_s * 1e9);
  return load;
}

TEST(OtherLoad, is_what_was_busy_and_not_this_process) {
  const auto ticks = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  const auto load = other_load(at(1000, 500, 5), at(1000 + 20 * ticks, 500 + 12 * ticks, 14));
  ASSERT_TRUE(load);
  EXPECT_NEAR(load->share, 3.0 / 20, 1e-9) << "12 s busy, 9 s of them our own, of 20 s";
  EXPECT_NEAR(load->cpus_taken, cpus() * 3.0 / 20, 1e-9);
  EXPECT_FALSE(load->waiting_share);
}

TEST(OtherLoad, is_never_less_than_nothing) {
  const auto ticks = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  const auto load = other_load(at(0, 0, 0), at(10 * ticks, 3 * ticks, 3.2));
  ASSERT_TRUE(load);
  EXPECT_EQ(load->share, 0) << "ticks are coarser than the time of a process";
}

TEST(OtherLoad, is_not_known_of_a_moment) {
  EXPECT_FALSE(other_load(at(1000, 500, 5), at(1000, 500, 5)));
}

TEST(OtherLoad, tells_how_long_tasks_waited_for_a_cpu) {
  const auto ticks = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  HostLoad before = at(0, 0, 0);
  HostLoad after = at(static_cast<std::uint64_t>(cpus()) * 10 * ticks, 0, 0);
  before.waiting_us = 1'000'000;
  after.waiting_us = 3'500'000;
  const auto load = other_load(before, after);
  ASSERT_TRUE(load && load->waiting_share);
  EXPECT_NEAR(*load->waiting_share, 0.25, 1e-9);
}

TEST(OtherLoad, of_this_host_can_be_read) {
  const auto load = read_host_load("/");
  ASSERT_TRUE(load);
  EXPECT_GT(load->total_ticks, 0U);
  EXPECT_GT(load->own_cpu_ns, 0U);
  EXPECT_LE(load->busy_ticks, load->total_ticks);
}

}  // namespace
}  // namespace pmembench
