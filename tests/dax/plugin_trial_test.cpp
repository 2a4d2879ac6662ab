#include "dax/plugin_trial.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace pmembench {
namespace {

using testing::HasSubstr;

TEST(PluginTrial, returns_what_the_trial_returned) {
  const auto text =
      try_in_child([](const TrialStage&) { return Result<std::string>("yes"); }, 60'000);
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(*text, "yes");
}

TEST(PluginTrial, ends_a_stage_that_hangs_long_before_the_whole) {
  const auto trial = [](const TrialStage& tell) -> Result<std::string> {
    tell("opened its medium");
    tell("was checked: drain");
    for (;;) pause();
  };
  const auto text = try_in_child(trial, {600'000, 50, nullptr});
  ASSERT_FALSE(text);
  EXPECT_THAT(text.error().message, HasSubstr("it hung while it was checked: drain"));
  EXPECT_THAT(text.error().message, HasSubstr("after 50 ms"));
}

TEST(PluginTrial, gives_the_first_stage_the_time_of_the_whole) {
  const auto trial = [](const TrialStage& tell) -> Result<std::string> {
    tell("opened its medium");
    for (;;) pause();
  };
  const auto text = try_in_child(trial, {60, 1, nullptr});
  ASSERT_FALSE(text);
  EXPECT_THAT(text.error().message, HasSubstr("after 60 ms"));
}

TEST(PluginTrial, ends_when_it_is_interrupted) {
  const std::atomic<bool> interrupted{true};
  const auto trial = [](const TrialStage&) -> Result<std::string> {
    for (;;) pause();
  };
  const auto text = try_in_child(trial, {600'000, 0, &interrupted});
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().kind, ErrorKind::interrupted);
}

}  // namespace
}  // namespace pmembench
