#include "sim/machine.hpp"

#include <gtest/gtest.h>

namespace pmembench {
namespace {

SimModel quiet_model() {
  SimModel model;
  model.size_bytes = std::uint64_t{1} << 30;
  model.load_ns = 100;
  model.caches = {{"buffer", 16384, 256, SimPolicy::lru, 200}};
  return model;
}

TEST(SimMachine, takes_the_time_of_a_miss_once_a_line) {
  SimMachine machine(quiet_model(), 0);
  SimThread thread;
  machine.load(thread, 0);
  EXPECT_EQ(thread.now_ns, 300);
  machine.load(thread, 192);
  EXPECT_EQ(thread.now_ns, 400);
  machine.load(thread, 256);
  EXPECT_EQ(thread.now_ns, 700);
}

// The law of uniform references holds for every policy: a region of twice the capacity hits half.
TEST(SimMachine, hits_by_the_share_that_is_held) {
  for (const SimPolicy policy :
       {SimPolicy::lru, SimPolicy::fifo, SimPolicy::random, SimPolicy::hashed, SimPolicy::modulo}) {
    DemandCache cache(policy, 512);
    Random random(3);
    for (int i = 0; i < 5000; ++i) (void)cache.touch(random.below(1024));
    int hits = 0;
    for (int i = 0; i < 20000; ++i) hits += cache.touch(random.below(1024)) ? 1 : 0;
    EXPECT_NEAR(hits, 10000, 500) << static_cast<int>(policy);
  }
}

TEST(SimMachine, overlaps_as_many_loads_as_it_can) {
  SimModel model = quiet_model();
  model.parallelism = 8;
  for (const unsigned width : {1U, 4U, 8U, 64U}) {
    SimMachine machine(model, 0);
    SimThread thread;
    for (std::uint64_t i = 0; i < 800; ++i) machine.load_beside(thread, i * 4096, width);
    SimMachine::join(thread);
    EXPECT_NEAR(thread.now_ns, 800 * 300.0 / std::min(width, 8U), 600) << width;
  }
}

TEST(SimMachine, queues_what_meets_one_channel) {
  SimModel model = quiet_model();
  model.channels = 4;
  model.granule_bytes = 4096;
  model.channel_ns = 100;
  SimMachine machine(model, 0);
  SimThread thread;
  for (std::uint64_t i = 0; i < 100; ++i) machine.load_beside(thread, i * 16384, 10);
  SimMachine::join(thread);
  EXPECT_GE(thread.now_ns, 100 * 100);
}

TEST(SimMachine, combines_stores_and_waits_for_the_drain) {
  SimModel model = quiet_model();
  model.write_buffer_bytes = 4096;
  model.write_line_bytes = 256;
  model.store_ns = 20;
  model.drain_ns = 80;
  SimMachine machine(model, 0);
  SimThread thread;
  machine.store(thread, 0);
  EXPECT_EQ(thread.now_ns, 100);
  machine.store(thread, 64);
  EXPECT_EQ(thread.now_ns, 120);
}

TEST(SimMachine, stalls_for_wear_and_refresh) {
  SimModel model = quiet_model();
  model.wear_writes = 10;
  model.wear_stall_ns = 5000;
  SimMachine machine(model, 0);
  SimThread thread;
  for (int i = 0; i < 9; ++i) machine.store(thread, 0);
  const double before = thread.now_ns;
  machine.store(thread, 0);
  EXPECT_GE(thread.now_ns, before + 5000);

  SimModel refreshed = quiet_model();
  refreshed.refresh_period_ns = 1000;
  refreshed.refresh_stall_ns = 400;
  SimMachine other(refreshed, 0);
  SimThread first;
  other.load_uncached(first, 0);
  EXPECT_EQ(first.now_ns, 700);
}

TEST(SimMachine, is_the_same_for_the_same_process_and_not_for_another) {
  SimModel model = quiet_model();
  model.noise.slice = 0.1;
  model.noise.process = 0.1;
  model.noise.spike_share = 0.1;
  const auto time_of = [&](std::uint64_t process) {
    SimMachine machine(model, process);
    SimThread thread;
    for (std::uint64_t i = 0; i < 100; ++i) machine.load(thread, i * 4096);
    return thread.now_ns;
  };
  EXPECT_EQ(time_of(1), time_of(1));
  EXPECT_NE(time_of(1), time_of(2));
}

TEST(SimMachine, draws_residuals_of_a_host) {
  SimNoise noise;
  noise.residuals = {0.5};
  Random random(1);
  EXPECT_NEAR(draw_noise(noise, random), 1.6487, 1e-3);
}

}  // namespace
}  // namespace pmembench
