#include "platform/moved_thread.hpp"

#include <gmock/gmock.h>
#include <sched.h>

#include "platform/online_cpus.hpp"

namespace pmembench {
namespace {

using ::testing::ElementsAre;

TEST(MovedThread, runs_there_and_goes_back) {
  const std::vector<int> before = allowed_cpus();
  ASSERT_FALSE(before.empty());
  {
    auto moved = MovedThread::onto({before.back()});
    ASSERT_TRUE(moved) << moved.error().message;
    const MovedThread held = *std::move(moved);
    EXPECT_THAT(allowed_cpus(), ElementsAre(before.back()));
    EXPECT_EQ(sched_getcpu(), before.back());
  }
  EXPECT_EQ(allowed_cpus(), before);
}

TEST(MovedThread, refuses_cpus_that_are_not_there_and_stays) {
  const std::vector<int> before = allowed_cpus();
  const auto nowhere = MovedThread::onto({});
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().kind, ErrorKind::environment);
  const auto absent = MovedThread::onto({60'000});
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().kind, ErrorKind::environment);
  EXPECT_EQ(allowed_cpus(), before);
}

}  // namespace
}  // namespace pmembench
