// False numbers, injected: each must fail its row, and honest ones near them must not.
#include "results/row_checks.hpp"

#include <gmock/gmock.h>

#include "results/make_row.hpp"
#include "sample.hpp"

namespace pmembench {
namespace {

using sample::row_of;
using testing::HasSubstr;

std::vector<Replicate> with_ceiling(double bytes_per_s) {
  std::vector<Replicate> replicates = sample::replicates();
  for (Replicate& replicate : replicates) {
    replicate.details.ceiling_bytes_per_s = bytes_per_s;
  }
  return replicates;
}

// 64 B in 100 ns are 640 MB/s, on two threads.
TEST(RowChecks, fail_a_row_above_the_physical_ceiling) {
  EXPECT_EQ(row_of(sample::cell(), with_ceiling(320e6)).status, "ok");
  EXPECT_EQ(row_of(sample::cell(), with_ceiling(260e6)).status, "ok") << "a quarter is allowed for";
  const Row row = row_of(sample::cell(), with_ceiling(200e6));
  EXPECT_EQ(row.status, "error");
  EXPECT_THAT(row.reason, HasSubstr("611 MiB/s is above the physical ceiling: 2 CPUs load at most "
                                    "381 MiB/s from their first-level caches"));
  EXPECT_FALSE(row.bytes_per_s) << "a number that cannot be is not printed";
  EXPECT_FALSE(row.ns_per_operation);
  EXPECT_EQ(row.replicates, 10U);
}

TEST(RowChecks, let_an_interval_that_reaches_below_the_ceiling_pass) {
  std::vector<Replicate> replicates = with_ceiling(280e6);
  for (std::size_t i = 0; i < replicates.size(); ++i) {
    replicates[i].median_ns_per_operation = i % 2 == 0 ? 60 : 140;
  }
  EXPECT_EQ(row_of(sample::cell(), replicates).status, "ok");
}

// Operations of `latency_ns` each, of which one ends every `time_ns` on two threads.
std::vector<Replicate> timed(double latency_ns, double time_ns) {
  std::vector<Replicate> replicates = sample::replicates();
  for (Replicate& replicate : replicates) {
    replicate.slice_ns_per_operation.assign(replicate.slice_ns_per_operation.size(), time_ns);
    replicate.median_ns_per_operation = time_ns;
    replicate.histogram = sample::histogram(static_cast<std::uint64_t>(2 * latency_ns), 10'000);
  }
  return replicates;
}

TEST(RowChecks, fail_a_row_that_breaks_littles_law) {
  EXPECT_EQ(row_of(sample::timed_cell(), timed(200, 100)).status, "ok");
  EXPECT_EQ(row_of(sample::timed_cell(), timed(215, 100)).status, "ok") << "a tenth is allowed for";
  EXPECT_EQ(row_of(sample::timed_cell(), timed(150, 100)).status, "ok")
      << "time between operations";
  // A published one: 438 ns on average and 8.9 M/s, there by one thread.
  const Row row = row_of(sample::timed_cell(), timed(438, 112));
  EXPECT_EQ(row.status, "error");
  EXPECT_THAT(row.reason,
              HasSubstr("Little's law is broken: rate times mean latency is 3.91 operations in "
                        "flight (at least 3.91), but 2 threads had one each; the latency or the "
                        "rate is wrong"));
  EXPECT_FALSE(row.latency_ns);
}

TEST(RowChecks, do_not_take_a_stall_for_a_contradiction) {
  std::vector<Replicate> replicates = timed(190, 100);
  for (Replicate& replicate : replicates) {
    replicate.histogram->record_many(20'000'000, 100);  // 1 % of 10 ms: preempted, and repeated
  }
  EXPECT_EQ(row_of(sample::timed_cell(), replicates).status, "ok");
  for (Replicate& replicate : replicates) {
    replicate.histogram = sample::histogram(876, 10'000);
    replicate.disturbed = replicate.slice_ns_per_operation.size();
  }
  EXPECT_EQ(row_of(sample::timed_cell(), replicates).status, "ok")
      << "what was kept is not what was timed";
}

TEST(RowChecks, do_not_ask_an_open_loop_whose_operations_wait_for_their_turn) {
  Cell open = sample::timed_cell();
  open.arrival = "poisson";
  EXPECT_EQ(row_of(open, timed(438, 112)).status, "ok");
}

TEST(RowChecks, need_more_than_one_process_that_contradicts) {
  std::vector<Replicate> replicates = timed(200, 100);
  replicates[0].histogram = sample::histogram(2000, 10'000);
  EXPECT_EQ(row_of(sample::timed_cell(), replicates).status, "ok");
}

}  // namespace
}  // namespace pmembench
