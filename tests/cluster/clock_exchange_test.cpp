#include "cluster/clock_exchange.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "tests/cluster/thread_link.hpp"

namespace pmembench {
namespace {

// This clock, with an offset and a drift from `origin_ns` on.
class PlantedClock final : public Clock {
 public:
  PlantedClock(std::int64_t offset_ns, double drift_ppm)
      : offset_ns_(offset_ns), drift_(drift_ppm * 1e-6) {}
  [[nodiscard]] std::uint64_t now_ns() const override {
    return static_cast<std::uint64_t>(at(here()));
  }
  [[nodiscard]] std::int64_t at(std::int64_t here_ns) const {
    return here_ns + offset_ns_ + std::llround(drift_ * static_cast<double>(here_ns - origin_ns_));
  }
  [[nodiscard]] std::int64_t here() const { return static_cast<std::int64_t>(real_.now_ns()); }

 private:
  MonotonicClock real_;
  std::int64_t offset_ns_;
  double drift_;
  std::int64_t origin_ns_ = here();
};

TEST(ClockExchange, shifted_offsets_and_drifts_are_found_within_the_bound) {
  const MonotonicClock here;
  for (const auto& [offset_ns, drift_ppm] : {std::pair<std::int64_t, double>{1'000'000'000, 50},
                                             {-1'000'000'000, -50},
                                             {123'456, 3},
                                             {0, 0}}) {
    ThreadLinks links(2);
    const PlantedClock there(offset_ns, drift_ppm);
    std::thread other([&] {
      const auto link = links.link(1);
      EXPECT_TRUE(answer_clock(*link, there, 60'000));
      EXPECT_TRUE(answer_clock(*link, there, 60'000));
    });
    const auto link = links.link(0);
    const auto before = measure_offset(*link, 1, here, 60'000);
    const auto after = measure_offset(*link, 1, here, 60'000);
    other.join();
    ASSERT_TRUE(before && after);
    const ClockMap map(*before, *after);
    const std::int64_t middle_ns = (before->at_ns + after->at_ns) / 2;
    EXPECT_NEAR(map.here_ns(there.at(middle_ns)), static_cast<double>(middle_ns),
                map.bound_ns() * (1 + 1e-3));
    EXPECT_NEAR(map.drift_ppm(), drift_ppm, map.drift_bound_ppm() * (1 + 1e-3));
  }
}

TEST(ClockExchange, a_silent_rank_is_an_error_at_the_limit) {
  ThreadLinks links(2);
  const MonotonicClock here;
  const auto offset = measure_offset(*links.link(0), 1, here, 5);
  ASSERT_FALSE(offset);
  EXPECT_EQ(offset.error().code, ETIMEDOUT);
}

}  // namespace
}  // namespace pmembench
