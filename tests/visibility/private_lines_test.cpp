#include "visibility/private_lines.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

constexpr PrivateLinesOptions kStill{0, 0, 0, 64, 1};  // nothing happens by itself

MemoryLine filled(std::uint64_t value) {
  MemoryLine line;
  line.fill(value);
  return line;
}

struct Device {
  std::vector<std::uint64_t> home = std::vector<std::uint64_t>(8 * 8);
  PrivateLines one{home.data(), 8, kStill}, other{home.data(), 8, kStill};
};

TEST(PrivateLines, a_store_is_seen_by_its_own_host_alone) {
  Device device;
  device.one.store(64, filled(7), StoreWay::none);
  device.one.fence();
  EXPECT_EQ(device.one.load(64, LoadWay::plain), filled(7));
  EXPECT_EQ(device.other.load(64, LoadWay::clflush), filled(0));
  EXPECT_EQ(device.home[8], 0U);
}

TEST(PrivateLines, a_write_back_arrives_with_the_fence_and_clflush_at_once) {
  for (const StoreWay way : {StoreWay::clwb, StoreWay::clflushopt, StoreWay::clflush}) {
    Device device;
    device.one.store(0, filled(3), way);
    device.one.write_back(0, way);
    EXPECT_EQ(device.home[0] == 3, way == StoreWay::clflush) << name_of(way);
    device.one.fence();
    EXPECT_EQ(device.home[0], 3U) << name_of(way);
    EXPECT_EQ(device.one.holds(0), way == StoreWay::clwb) << name_of(way);
  }
}

TEST(PrivateLines, stores_past_the_caches_arrive_with_the_fence) {
  for (const StoreWay way : {StoreWay::movnt, StoreWay::movdir64b}) {
    Device device;
    device.one.store(128, filled(9), way);
    EXPECT_EQ(device.home[16], 0U) << name_of(way);
    EXPECT_FALSE(device.one.holds(128));
    device.one.fence();
    EXPECT_EQ(device.home[16], 9U) << name_of(way);
    EXPECT_EQ(device.home[23], 9U) << name_of(way);
  }
}

TEST(PrivateLines, a_host_sees_its_own_stores_that_are_under_way) {
  Device device;
  device.one.store(128, filled(9), StoreWay::movnt);
  EXPECT_EQ(device.one.load(128, LoadWay::plain), filled(9));
}

TEST(PrivateLines, a_copy_answers_loads_until_it_is_dropped) {
  Device device;
  (void)device.other.load(0, LoadWay::plain);
  device.one.store(0, filled(5), StoreWay::clflush);
  device.one.write_back(0, StoreWay::clflush);
  EXPECT_EQ(device.other.load(0, LoadWay::plain), filled(0));
  EXPECT_EQ(device.other.load(0, LoadWay::nontemporal), filled(0));
  EXPECT_EQ(device.other.load(0, LoadWay::clflush), filled(5));
}

TEST(PrivateLines, an_eviction_writes_back_and_a_capacity_is_kept) {
  std::vector<std::uint64_t> home(8 * 8);
  PrivateLines host(home.data(), 8, {0, 0, 0, 2, 1});
  for (std::uint64_t line = 0; line < 8; ++line)
    host.store(line * 64, filled(line + 1), StoreWay::none);
  unsigned held = 0, written = 0;
  for (std::uint64_t line = 0; line < 8; ++line) {
    held += host.holds(line * 64) ? 1 : 0;
    written += home[line * 8] == line + 1 ? 1 : 0;
  }
  EXPECT_EQ(held, 2U);
  EXPECT_EQ(written, 6U);
}

TEST(PrivateLines, the_same_seed_gives_the_same_history) {
  std::vector<std::uint64_t> first(8 * 8), second(8 * 8);
  PrivateLines one(first.data(), 8, {0.3, 0.1, 0.3, 4, 42}),
      two(second.data(), 8, {0.3, 0.1, 0.3, 4, 42});
  for (std::uint64_t i = 0; i < 500; ++i) {
    const StoreWay way = kStoreWays[i % kStoreWays.size()];
    one.store(i * 7 % 8 * 64, filled(i), way);
    two.store(i * 7 % 8 * 64, filled(i), way);
    ASSERT_EQ(first, second);
  }
}

TEST(PrivateLines, options_are_read_and_others_refused) {
  const auto options = parse_private_lines("evict=0.5,prefetch=0,drain=1,capacity=9,seed=7");
  ASSERT_TRUE(options);
  EXPECT_DOUBLE_EQ(options->evict, 0.5);
  EXPECT_DOUBLE_EQ(options->prefetch, 0);
  EXPECT_DOUBLE_EQ(options->drain, 1);
  EXPECT_EQ(options->capacity, 9U);
  EXPECT_EQ(options->seed, 7U);
  EXPECT_TRUE(parse_private_lines(""));
  for (const char* wrong :
       {"evict=2", "evict", "evict=", "colour=1", "seed=-1", "capacity=0", "evict=nan"}) {
    const auto refused = parse_private_lines(wrong);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  }
}

}  // namespace
}  // namespace pmembench
