#include "sim/memory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace pmembench {
namespace {

SimModel memory_model() {
  SimModel model;
  model.size_bytes = 1 << 20;
  model.load_ns = 100;
  model.store_ns = 20;
  model.parallelism = 4;
  return model;
}

std::uint64_t ns_of(SimMemory& memory) {
  return static_cast<std::uint64_t>(static_cast<double>(memory.now()) * SimMemory::kTick_ns);
}

TEST(SimMemory, takes_the_time_of_what_is_done) {
  std::vector<char> bytes(1 << 20);
  SimMemory memory(memory_model(), bytes.data());
  memory.sit(0);
  memory.load(bytes.data());
  memory.load(bytes.data() + 4096);
  EXPECT_EQ(ns_of(memory), 200U);
  memory.write(0, 128);
  EXPECT_EQ(ns_of(memory), 240U) << "two lines are stored";
  memory.read(0, 256);
  EXPECT_EQ(ns_of(memory), 340U) << "four lines at once";
  memory.work(10);
  memory.wait_until(1);
  EXPECT_EQ(ns_of(memory), 350U) << "that time is over";
  memory.wait_until(1000 * 16);
  EXPECT_EQ(ns_of(memory), 1000U);
}

// What threads do takes the same time, wherever the slice is run.
TEST(SimMemory, is_the_same_on_any_thread) {
  SimModel model = memory_model();
  model.channels = 2;
  model.channel_ns = 30;
  model.noise.slice = 0.05;
  std::vector<char> bytes(1 << 20);
  const auto times = [&] {
    SimMemory memory(model, bytes.data());
    memory.restart(7, 3);
    std::vector<std::uint64_t> ends(3);
    std::vector<Random> random{Random(0), Random(1), Random(2)};
    for (int slice = 0; slice < 3; ++slice) {
      memory.run_slice([&](unsigned index) {
        for (int i = 0; i < 500; ++i) {
          memory.load_beside(bytes.data() + random[index].below(16384) * 64, 4);
        }
        ends[index] = memory.now();
      });
    }
    return ends;
  };
  const auto first = times();
  std::vector<std::uint64_t> elsewhere;
  std::thread([&] { elsewhere = times(); }).join();
  EXPECT_EQ(first, elsewhere);
}

// Each thread has its own place, in a slice and after it.
TEST(SimMemory, has_a_clock_for_each_thread) {
  std::vector<char> bytes(1 << 20);
  SimMemory memory(memory_model(), bytes.data());
  memory.restart(1, 3);
  memory.sit(2);
  std::vector<std::uint64_t> took(3);
  memory.run_slice([&](unsigned index) {
    const std::uint64_t begin = ns_of(memory);
    for (unsigned i = 0; i < 20 * (index + 1); ++i) memory.load(bytes.data());
    took[index] = ns_of(memory) - begin;
  });
  EXPECT_EQ(took, (std::vector<std::uint64_t>{2000, 4000, 6000}));
  const std::uint64_t before = ns_of(memory);
  memory.sit(0);
  EXPECT_EQ(before - ns_of(memory), 4000U);
}

// Three threads that saturate a channel take as long as one that does the work of all.
TEST(SimMemory, shares_a_channel_among_threads) {
  SimModel model = memory_model();
  model.channel_ns = 50;
  std::vector<char> bytes(1 << 20);
  SimMemory memory(model, bytes.data());
  memory.restart(1, 3);
  std::vector<double> took(3);
  memory.run_slice([&](unsigned index) {
    const std::uint64_t begin = memory.now();
    for (std::uint64_t i = 0; i < 1000; ++i) memory.load_beside(bytes.data() + i * 64, 4);
    took[index] = static_cast<double>(memory.now() - begin) * SimMemory::kTick_ns;
  });
  EXPECT_NEAR(*std::max_element(took.begin(), took.end()), 3000 * 50, 8000);
}

// One that does not use what others use is not held up by them.
TEST(SimMemory, lets_a_thread_use_what_others_leave) {
  SimModel model = memory_model();
  model.channel_ns = 10;
  std::vector<char> bytes(1 << 20);
  SimMemory memory(model, bytes.data());
  memory.restart(1, 2);
  std::vector<double> took(2);
  memory.run_slice([&](unsigned index) {
    const std::uint64_t begin = memory.now();
    for (std::uint64_t i = 0; i < 1000; ++i) memory.load(bytes.data() + i * 64);
    took[index] = static_cast<double>(memory.now() - begin) * SimMemory::kTick_ns;
  });
  for (const double each : took) EXPECT_NEAR(each, 1000 * 100, 12000) << "of 100 ns, 10 are shared";
}

TEST(SimMemory, is_gone_after_its_operations) {
  SimModel model = memory_model();
  model.fails_after = 3;
  std::vector<char> bytes(1 << 20);
  SimMemory memory(model, bytes.data());
  memory.sit(0);
  for (int i = 0; i < 3; ++i) memory.load(bytes.data());
  EXPECT_FALSE(memory.gone());
  memory.restart(2, 1);
  memory.load(bytes.data());
  EXPECT_TRUE(memory.gone());
}

}  // namespace
}  // namespace pmembench
