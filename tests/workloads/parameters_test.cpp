#include "workloads/parameters.hpp"

#include <gtest/gtest.h>

#include "workbench.hpp"

namespace pmembench {
namespace {

std::string refusal(const char* workload, const Parameters& changed, std::uint64_t device = 1 << 20,
                    unsigned threads = 1) {
  const Status status =
      find_workload(workload)->check(parameters_of(workload, changed), device, threads);
  return status ? "" : status.error().message;
}

TEST(Parameters, refuse_what_does_not_fit_and_say_why) {
  EXPECT_EQ(refusal("random", {{"operation_size", "0"}}),
            "operation_size 0 is outside 1 B to 64 MiB");
  EXPECT_EQ(refusal("random", {{"batch", "0"}}), "batch 0 would do no work: give at least 1");
  EXPECT_EQ(refusal("random", {{"range_size", "2097152"}}),
            "range_size 2 MiB is larger than the medium (1 MiB)");
  EXPECT_EQ(refusal("sequential", {{"operation_size", "1048576"}}, 1 << 20, 2),
            "1 MiB of range hold not one slot of 1 MiB for each of 2 threads");
  EXPECT_EQ(refusal("random", {{"distribution", "zipf"}, {"alpha", "1"}}),
            "alpha 1 is outside (0, 10), or exactly 1 (use 0.999)");
  EXPECT_EQ(refusal("strided", {{"stride", "32"}}),
            "stride 32 is smaller than operation_size 64: ranges would overlap");
  EXPECT_EQ(refusal("mix", {{"read_share", "101"}}), "read_share 101 is above 100 percent");
  EXPECT_EQ(refusal("chase", {{"stride", "12"}}), "stride 12 is not a multiple of 8 bytes");
  EXPECT_EQ(refusal("chase", {{"touched", "128"}}),
            "touched 128 is not a multiple of 8 bytes up to the stride 64");
  EXPECT_EQ(refusal("chase", {{"range_size", "64"}}),
            "a chase needs at least two nodes a thread: use a larger range_size");
  EXPECT_EQ(refusal("copy", {{"operation_size", "1048576"}}),
            "1 MiB of range hold not one slot of 2 MiB for each of 1 thread");
}

TEST(Parameters, check_no_sizes_against_a_device_of_unknown_size) {
  EXPECT_EQ(refusal("random", {{"range_size", "1099511627776"}}, 0), "");
}

}  // namespace
}  // namespace pmembench
