// Memory set to one value, by copies and by the device's own operation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "workbench.hpp"

namespace pmembench {
namespace {

TEST(Fill, sets_every_byte_by_either_way_and_finds_one_that_is_not) {
  for (const char* backend : {"movnt", "clflush", "eadr"}) {
    const auto device = test_device(builtin(backend));
    auto path = *find_path("direct")->make(*device, nullptr);
    for (const Parameters& changed : {Parameters{{"by", "zero"}}, Parameters{{"by", "copy"}},
                                      Parameters{{"value", "165"}, {"operation_size", "100"}}}) {
      const auto workload =
          find_workload("fill")->make(parameters_of("fill", changed), *path, {0, 1, 2});
      ASSERT_TRUE(workload->prepare());
      workload->refresh();
      EXPECT_EQ(workload->run(40).operations, 40U) << workload->failure();
      const Status verified = workload->verify();
      EXPECT_TRUE(verified) << backend << ": " << verified.error().message;
      path->mapping()[3] ^= std::byte{1};
      EXPECT_FALSE(workload->verify());
    }
  }
}

TEST(Fill, refuses_what_a_page_operation_cannot_do) {
  const auto accepts = [](const Parameters& changed) {
    return static_cast<bool>(
        find_workload("fill")->check(parameters_of("fill", changed), 1 << 20, 1));
  };
  EXPECT_TRUE(accepts({{"by", "zero"}}));
  EXPECT_FALSE(accepts({{"by", "zero"}, {"operation_size", "64"}}));
  EXPECT_FALSE(accepts({{"by", "zero"}, {"value", "1"}}));
  EXPECT_FALSE(accepts({{"value", "256"}}));
}

}  // namespace
}  // namespace pmembench
