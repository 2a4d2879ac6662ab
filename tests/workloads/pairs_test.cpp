// Pairs of lines: what is refused, near and elsewhere, and what verify finds.
#include <gtest/gtest.h>

#include "workbench.hpp"

namespace pmembench {
namespace {

std::string pairs_refusal(const Parameters& changed, std::uint64_t device_bytes = 1 << 20) {
  const Status status =
      find_workload("pairs")->check(parameters_of("pairs", changed), device_bytes, 1);
  return status ? "accepted" : status.error().message;
}

TEST(Pairs, refuses_distances_that_leave_no_room_elsewhere) {
  EXPECT_EQ(pairs_refusal({{"distance", "1024"}}), "accepted");
  EXPECT_NE(pairs_refusal({{"distance", "2048"}}), "accepted");
  EXPECT_NE(pairs_refusal({{"distance", "96"}}), "accepted");
  EXPECT_NE(pairs_refusal({{"distance", "32"}}), "accepted");
  EXPECT_NE(pairs_refusal({}, 4096), "accepted");
}

TEST(Pairs, load_and_store_what_they_verify) {
  for (const char* access : {"load", "store"}) {
    const auto device = test_device(builtin("clflush"));
    auto path = *find_path("mapped")->make(*device, nullptr);
    const auto workload = find_workload("pairs")->make(parameters_of("pairs", {{"access", access}}),
                                                       *path, {0, 1, 5});
    ASSERT_TRUE(workload->prepare());
    for (unsigned turn = 0; turn < 2; ++turn) {
      workload->take_turn(turn);
      workload->refresh();
      EXPECT_EQ(workload->run(100).operations, 100U) << workload->failure();
      const Status verified = workload->verify();
      EXPECT_TRUE(verified) << verified.error().message;
    }
    for (std::byte& each : path->mapping()) each = std::byte{7};
    EXPECT_FALSE(workload->verify()) << access;
  }
}

}  // namespace
}  // namespace pmembench
