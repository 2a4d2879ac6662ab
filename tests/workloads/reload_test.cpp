// Lines flushed and loaded again: what verify adds up, and what is refused.
#include <gtest/gtest.h>

#include "workbench.hpp"

namespace pmembench {
namespace {

TEST(Reload, adds_up_what_it_loaded) {
  for (const char* lines : {"one", "pair"}) {
    const auto device = test_device(builtin("clflush"));
    auto path = *find_path("mapped")->make(*device, nullptr);
    const std::span<std::byte> bytes = path->mapping();
    for (std::size_t i = 0; i < bytes.size(); i += 64)
      bytes[i] = static_cast<std::byte>(i / 64 + 1);
    const auto workload = find_workload("reload")->make(parameters_of("reload", {{"lines", lines}}),
                                                        *path, {0, 1, 5});
    ASSERT_TRUE(workload->prepare());
    workload->refresh();
    EXPECT_EQ(workload->run(300).operations, 300U);
    const Status verified = workload->verify();
    EXPECT_TRUE(verified) << verified.error().message;
    for (std::byte& each : bytes) each = std::byte{9};
    EXPECT_FALSE(workload->verify()) << lines;
  }
}

TEST(Reload, refuses_a_medium_of_one_line) {
  EXPECT_TRUE(find_workload("reload")->check(parameters_of("reload", {}), 128, 1));
  EXPECT_FALSE(find_workload("reload")->check(parameters_of("reload", {}), 64, 1));
}

}  // namespace
}  // namespace pmembench
