#include "cluster/cluster_replicates.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace pmembench {
namespace {

// Slices of 100 ns from `begin_ns` on by the rank's own clock.
RankPart part(std::int64_t begin_ns, unsigned count, double ns_per_operation,
              const ClockMap& clock) {
  RankPart made;
  made.clock = clock;
  made.opened.timer.ns_per_tick = 1;
  made.opened.medium.claim = "durable";
  for (unsigned i = 0; i < count; ++i) {
    SliceReply slice;
    slice.ns_per_operation = ns_per_operation;
    slice.operations = 10 + i;
    slice.bytes = 640 + i;
    slice.begun_ns = static_cast<std::uint64_t>(begin_ns + 100 * i);
    slice.ended_ns = static_cast<std::uint64_t>(begin_ns + 100 * (i + 1));
    made.slices.push_back(slice);
  }
  return made;
}

ClockMap offset_of(double offset_ns, double bound_ns) {
  const ClockOffset offset{0, offset_ns, bound_ns, 2 * bound_ns};
  return {offset, offset};
}

const std::vector<std::string> kNames{"n01", "n02"};

TEST(ClusterReplicates, the_total_is_the_sum_of_what_the_hosts_did_in_the_window) {
  Cell cell;
  cell.name = "cell";
  std::vector<CoreWatch> cores;
  // The second rank's clock is 5 us ahead; it begins 150 ns late.
  auto second = part(6'150, 10, 20, offset_of(5'000, 10));
  second.opened.medium.claim = "emulated";
  const auto made =
      cluster_replicates(cell, 3, 7, {part(1'000, 10, 5, {}), second}, kNames, 1'000, cores);
  ASSERT_TRUE(made) << made.error().message;
  // Window 1160 .. 2000: slices 2..9 of the first; of the second 1..7, which begin at 1250.
  EXPECT_EQ(made->hosts[0].slice_ns_per_operation.size(), 8U);
  EXPECT_EQ(made->hosts[1].slice_ns_per_operation.size(), 7U);
  std::uint64_t operations = 0, bytes = 0;
  for (unsigned i = 2; i < 10; ++i) operations += 10 + i, bytes += 640 + i;
  for (unsigned i = 1; i < 8; ++i) operations += 10 + i, bytes += 640 + i;
  EXPECT_EQ(made->total.operations, operations);
  EXPECT_EQ(made->total.bytes, bytes);
  EXPECT_DOUBLE_EQ(made->total.median_ns_per_operation, 1 / (1.0 / 5 + 1.0 / 20));
  EXPECT_EQ(made->total.medium.claim, "emulated");
  EXPECT_EQ(made->total.cell, "cell");
  EXPECT_EQ(made->hosts[1].cell, "cell@n02");
  const ClusterDetails& all = *made->total.details.cluster;
  EXPECT_DOUBLE_EQ(all.window_ns, 840);
  ASSERT_EQ(all.hosts.size(), 2U);
  EXPECT_DOUBLE_EQ(all.hosts[1].late_ns, 150);
  EXPECT_DOUBLE_EQ(all.hosts[1].bound_ns, 10);
  EXPECT_EQ(all.hosts[0].slices_outside, 2U);
  EXPECT_EQ(made->hosts[0].details.cluster->hosts.size(), 1U);
}

// Slices that end with the window are not taken again: what disturbed them is not the host's time.
TEST(ClusterReplicates, a_host_s_time_is_that_of_its_undisturbed_slices_and_its_sums_are_of_all) {
  Cell cell;
  std::vector<CoreWatch> cores;
  RankPart own = part(1'000, 13, 5, {});
  for (unsigned i = 0; i < 8; ++i) {
    own.slices[i].involuntary_switches = 1;
    own.slices[i].ns_per_operation = 9;
  }
  const auto host = [&](const RankPart& first) {
    const auto made =
        cluster_replicates(cell, 0, 0, {first, part(1'000, 13, 5, {})}, kNames, 1'000, cores);
    EXPECT_TRUE(made);
    return made ? made->hosts[0] : Replicate{};
  };
  const Replicate quiet = host(own);
  EXPECT_EQ(quiet.median_ns_per_operation, 5);
  EXPECT_EQ(quiet.disturbed, 8U);
  EXPECT_EQ(quiet.operations, 13U * 10 + 13 * 12 / 2);
  // Four are too few to stand for it.
  own.slices[8].involuntary_switches = 1;
  own.slices[8].ns_per_operation = 9;
  EXPECT_EQ(host(own).median_ns_per_operation, 9);
}

TEST(ClusterReplicates, hosts_that_never_ran_together_are_an_error_that_names_one) {
  Cell cell;
  std::vector<CoreWatch> cores;
  const auto made = cluster_replicates(cell, 0, 0, {part(1'000, 3, 5, {}), part(9'000, 3, 5, {})},
                                       kNames, 1'000, cores);
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("n01"), std::string::npos);
}

TEST(ClusterReplicates, cells_of_hosts_have_names_and_the_total_all_threads) {
  Cell cell;
  cell.name = "cell";
  cell.threads = 3;
  EXPECT_EQ(host_cell(cell, "n02").name, "cell@n02");
  EXPECT_EQ(host_cell(cell, "n02").threads, 3U);
  EXPECT_EQ(total_cell(cell, 4).threads, 12U);
}

}  // namespace
}  // namespace pmembench
