// Loads at random: what is refused, turns, and what verify finds.
#include <gtest/gtest.h>

#include "workbench.hpp"

namespace pmembench {
namespace {

std::string uniform_refusal(const Parameters& changed, std::uint64_t device_bytes = 1 << 20) {
  const Status status =
      find_workload("uniform")->check(parameters_of("uniform", changed), device_bytes, 1);
  return status ? "accepted" : status.error().message;
}

TEST(Uniform, refuses_what_it_cannot_load) {
  EXPECT_EQ(uniform_refusal({}), "accepted");
  EXPECT_EQ(uniform_refusal({{"chains", "64"}, {"spacing", "192"}}), "accepted");
  EXPECT_NE(uniform_refusal({{"chains", "65"}}), "accepted");
  EXPECT_NE(uniform_refusal({{"chains", "0"}}), "accepted");
  EXPECT_NE(uniform_refusal({{"spacing", "100"}}), "accepted");
  EXPECT_EQ(uniform_refusal({{"spacing", "192"}, {"line", "hashed"}}), "accepted");
  EXPECT_NE(uniform_refusal({{"range_size", "2097152"}}), "accepted");
  EXPECT_NE(uniform_refusal({{"spacing", "4096"}}, 4096), "accepted");
}

class UniformKinds : public testing::TestWithParam<Parameters> {};

TEST_P(UniformKinds, load_what_their_verify_adds_up_and_find_a_word_that_changed) {
  const auto device = test_device(builtin("clflush"));
  auto path = *find_path("mapped")->make(*device, nullptr);
  const std::span<std::byte> bytes = path->mapping();
  for (std::size_t i = 0; i < bytes.size(); i += 64) bytes[i] = static_cast<std::byte>(i / 64);
  const auto workload =
      find_workload("uniform")->make(parameters_of("uniform", GetParam()), *path, {0, 1, 5});
  ASSERT_TRUE(workload->prepare());
  for (unsigned turn = 0; turn < 2; ++turn) {
    workload->take_turn(turn);
    workload->refresh();
    EXPECT_EQ(workload->run(1001).operations, 1001U);
    EXPECT_EQ(workload->run(10).bytes, 80U);
    const Status verified = workload->verify();
    EXPECT_TRUE(verified) << verified.error().message;
  }
  for (std::byte& each : bytes) each = std::byte{7};
  EXPECT_FALSE(workload->verify());
}

INSTANTIATE_TEST_SUITE_P(
    All, UniformKinds,
    testing::Values(Parameters{}, Parameters{{"chains", "5"}},
                    Parameters{{"spacing", "4096"}, {"line", "hashed"}},
                    Parameters{{"spacing", "320"}, {"turns_with", "lines"}, {"chains", "16"}}));

TEST(Uniform, has_two_turns_where_lines_are_beside_it) {
  const WorkloadType& type = *find_workload("uniform");
  EXPECT_EQ(type.turns(parameters_of("uniform", {})), 1U);
  EXPECT_EQ(type.turns(parameters_of("uniform", {{"turns_with", "lines"}})), 2U);
}

}  // namespace
}  // namespace pmembench
