#include "characterize/self_test.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

// Every inference on devices drawn at random, whose samples come from the simulated memory: what is
// asserted holds for these seeds, and the figures of docs/characterize.md are of more of them.
std::vector<PropertyScore> scores_at(double noise, unsigned devices,
                                     const std::vector<std::string>& only = {}) {
  SelfTestSpec spec;
  spec.only = only;
  spec.devices = devices;
  spec.seed = 7;
  spec.noise = stated_noise(noise);
  return self_test(spec);
}

TEST(SelfTest, most_lines_are_right_at_3_percent_of_noise_and_next_to_none_is_wrong) {
  unsigned right = 0, wrong = 0, all = 0;
  for (const PropertyScore& score : scores_at(0.03, 3)) {
    right += score.right;
    wrong += score.wrong;
    all += score.devices();
    EXPECT_LE(score.wrong, 1u) << score.property;
  }
  EXPECT_EQ(all, 3 * property_list().size());
  EXPECT_GE(right, all * 8 / 10);
  EXPECT_LE(wrong, 2u);
}

TEST(SelfTest, noise_makes_lines_undetermined_and_not_wrong) {
  const std::vector<std::string> kQuick{"read_line", "write_line", "turnaround", "flush"};
  unsigned wrong = 0, open = 0, open_when_quiet = 0;
  for (const PropertyScore& score : scores_at(0.25, 6, kQuick)) {
    wrong += score.wrong;
    open += score.not_determined;
  }
  for (const PropertyScore& score : scores_at(0.01, 6, kQuick))
    open_when_quiet += score.not_determined;
  EXPECT_LE(wrong, 3u);
  EXPECT_GT(open, open_when_quiet);
}

TEST(SelfTest, tests_what_is_asked_for) {
  SelfTestSpec spec;
  spec.devices = 3;
  spec.noise = stated_noise(0.03);
  spec.only = {"fence"};
  const auto scores = self_test(spec);
  ASSERT_EQ(scores.size(), 1u);
  EXPECT_EQ(scores[0].property, "fence");
  EXPECT_EQ(scores[0].devices(), 3u);
}

TEST(SelfTest, ends_when_told) {
  SelfTestSpec spec;
  spec.devices = 50;
  spec.noise = stated_noise(0.03);
  spec.only = {"flush"};
  spec.goes_on = [](unsigned done) { return done < 2; };
  EXPECT_EQ(self_test(spec)[0].devices(), 2u);
}

TEST(SelfTest, plants_the_same_device_for_the_same_seed) {
  const SimModel a = draw_device(5, stated_noise(0.03)), b = draw_device(5, stated_noise(0.1));
  EXPECT_EQ(a.load_ns, b.load_ns);
  EXPECT_EQ(a.channels, b.channels);
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    EXPECT_TRUE(check_model(draw_device(seed, stated_noise(0.03)))) << seed;
  }
}

}  // namespace
}  // namespace pmembench
