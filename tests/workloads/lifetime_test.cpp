#include "workloads/lifetime.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "workbench.hpp"

namespace pmembench {
namespace {

class LifeUserTest : public testing::Test {
 protected:
  std::unique_ptr<LifeUser> user(Path& path, const Parameters& changed = {}) {
    auto made = std::make_unique<LifeUser>(parameters_of("lifetime", changed), path,
                                           ThreadPosition{0, 1, 3});
    EXPECT_TRUE(made->prepare());
    return made;
  }
  std::unique_ptr<DaxDevice> device_ = test_device(builtin("clflush"));
};

TEST_F(LifeUserTest, ends_with_the_device_and_finds_what_was_acknowledged) {
  auto path = *find_path("direct")->make(*device_, nullptr);
  const auto one = user(*path);
  EXPECT_EQ(one->run(1000).operations, 1000U);
  EXPECT_TRUE(one->check(*path));
  device_->kill();
  EXPECT_EQ(one->run(10).operations, 0U);
  EXPECT_EQ(one->failed_errno(), EIO) << "a copy by a dead device moves no byte";
  EXPECT_NE(one->try_again(), 0);
  EXPECT_EQ(one->acknowledged(), 1000U);
  EXPECT_NE(one->failure(), "");
}

TEST_F(LifeUserTest, finds_a_lost_word_in_any_slot) {
  auto path = *find_path("direct")->make(*device_, nullptr);
  const auto one = user(*path);
  one->run(500);
  const std::span<std::byte> bytes = path->mapping();
  for (const std::size_t at : {std::size_t{0}, std::size_t{63 * 4096 + 4088}}) {
    const std::byte before = bytes[at];
    bytes[at] ^= std::byte{1};
    EXPECT_FALSE(one->check(*path)) << at;
    bytes[at] = before;
  }
  EXPECT_TRUE(one->check(*path));
}

TEST_F(LifeUserTest, reads_what_it_wrote_before) {
  auto path = *find_path("direct")->make(*device_, nullptr);
  const auto reader = user(*path, {{"use", "read"}});
  EXPECT_EQ(reader->run(200).operations, 200U);
  EXPECT_TRUE(reader->check(*path));
}

TEST_F(LifeUserTest, refuses_a_path_without_a_slot) {
  auto path = *find_path("direct")->make(*device_, nullptr);
  LifeUser none(parameters_of("lifetime", {{"operation_size", "2097152"}}), *path, {0, 1, 3});
  const Status refused = none.prepare();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, testing::HasSubstr("life_size"));
}

}  // namespace
}  // namespace pmembench
